package ai.scailabs.vault.pki.crl;

import ai.scailabs.vault.pki.x509.CrlEntry;
import ai.scailabs.vault.pki.x509.CrlFrame;
import ai.scailabs.vault.pki.x509.CrlLint;
import ai.scailabs.vault.pki.x509.CrlSigner;
import ai.scailabs.vault.pki.x509.LintedCrl;
import ai.scailabs.vault.pki.x509.SignedCrl;
import java.io.ByteArrayOutputStream;
import java.security.PrivateKey;
import java.time.Clock;
import java.util.UUID;

/** One list while it is made: entries go through the lint into pieces, and only the piece that is being filled is in memory. For one thread. */
final class CrlWriter {
    private final CrlRepository lists;
    private final ScheduleRepository schedule;
    private final Lease lease;
    private final UUID id;
    private final int part;
    private final CrlScope scope;
    private final CrlFrame frame;
    private final CrlLint lint;
    private final int pieceBytes;
    private final Clock clock;
    private final ByteArrayOutputStream piece = new ByteArrayOutputStream();
    private int next = 1;

    /** @param pieceBytes about so many in one piece */
    CrlWriter(
            CrlRepository lists,
            ScheduleRepository schedule,
            Lease lease,
            UUID id,
            CrlScope scope,
            int part,
            CrlFrame frame,
            int pieceBytes,
            Clock clock) {
        this.lists = lists;
        this.schedule = schedule;
        this.lease = lease;
        this.id = id;
        this.scope = scope;
        this.part = part;
        this.frame = frame;
        this.lint = new CrlLint(frame);
        this.pieceBytes = pieceBytes;
        this.clock = clock;
    }

    /** @throws Lease.Lost when somebody else makes these lists now */
    void add(CrlEntry entry) {
        byte[] encoded = entry.encoded();
        lint.read(encoded);
        if (piece.size() + encoded.length > pieceBytes) {
            flush();
        }
        piece.writeBytes(encoded);
    }

    private void flush() {
        if (piece.size() > 0) {
            keep(next++, piece.toByteArray());
            piece.reset();
        }
    }

    private void keep(int number, byte[] content) {
        lists.transactions().inTransaction(scope.tenant(), tx -> {
            schedule.renew(tx, lease, clock.instant());
            lists.insertPiece(tx, id, number, content, clock.instant());
            return number;
        });
    }

    /** Signs it. Nobody sees it until it is published. */
    StoredCrl finish(CrlSigner signer, PrivateKey key) {
        flush();
        LintedCrl linted = lint.finish();
        int entryPieces = next;
        SignedCrl signed = signer.sign(linted, key, sink -> {
            for (int number = 1; number < entryPieces; number++) {
                sink.take(lists.piece(scope.tenant(), id, number).orElseThrow(Lease.Lost::new));
            }
        });
        keep(next++, signed.last());
        keep(0, signed.first());
        return new StoredCrl(
                scope.tenant(),
                id,
                scope.authority(),
                scope.generation(),
                part,
                frame.number(),
                frame.baseNumber(),
                frame.thisUpdate(),
                frame.nextUpdate(),
                linted.entries(),
                signed.sizeBytes(),
                signed.sha256(),
                next);
    }
}
