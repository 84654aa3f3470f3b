package ai.scailabs.vault.audit.export;

import ai.scailabs.vault.audit.log.RecordedEntry;
import ai.scailabs.vault.audit.proof.CanonicalEntry;
import ai.scailabs.vault.audit.proof.LogWalk;
import ai.scailabs.vault.audit.proof.WalkedLeaf;
import ai.scailabs.vault.audit.retention.Retention;
import ai.scailabs.vault.audit.store.ObjectStore;
import ai.scailabs.vault.audit.store.ObjectUpload;
import ai.scailabs.vault.audit.store.StoredObject;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Writes the next file of entries. What is in it follows from the place at which it begins, so that a second attempt writes the same. For one file. */
final class EntriesFile {
    static final String GZIP = "application/gzip";

    private static final int BUFFER_BYTES = 64 * 1024;

    /** Also when few of them are wanted a file ends, so that what was looked at is not looked at again after an interruption. */
    private static final long MOST_INDEXES = 2_000_000;

    private final Export export;
    private final Export.Part part;
    private final ObjectStore store;
    private final TenantTransactions transactions;
    private final Stopping stopping;
    private final LongAdder rows;
    private final Selection.Builder selection = new Selection.Builder();
    private @Nullable ObjectUpload upload;
    private @Nullable OutputStream out;
    private long entries;
    private long missing;
    private long first;
    private long end;

    /** @param rows counts entries that were written */
    EntriesFile(Export export, ObjectStore store, TenantTransactions transactions, Stopping stopping, LongAdder rows) {
        this.export = export;
        this.part = export.state().part();
        this.store = store;
        this.transactions = transactions;
        this.stopping = stopping;
        this.rows = rows;
    }

    Written write() throws IOException {
        try {
            long next = writeEntries();
            return new Written(upload == null ? null : completed(next), selection.encoded(), next, entries, missing);
        } finally {
            if (upload != null) {
                upload.close();
            }
        }
    }

    private long writeEntries() throws IOException {
        long limit = Math.min(part.end(), part.next() + MOST_INDEXES);
        LogWalk walk = new LogWalk(transactions, export.tenant(), part.next(), limit);
        long next = part.next();
        while (next < limit && entries < export.fileEntries()) {
            stopping.check();
            List<WalkedLeaf> leaves = walk.next(export.order()::spans);
            for (int i = 0; i < leaves.size() && entries < export.fileEntries(); i++) {
                take(leaves.get(i));
                next = leaves.get(i).index() + 1;
            }
        }
        return next;
    }

    private void take(WalkedLeaf leaf) throws IOException {
        RecordedEntry entry = leaf.entry();
        boolean inTime = export.order().spans(leaf.occurredAt());
        boolean wanted = inTime && entry != null && export.order().filters().match(entry);
        boolean gone = inTime && entry == null;
        boolean removed = gone && isKeptByAll(leaf.occurredAt());
        selection.add(wanted || removed);
        if (gone) {
            missing++;
        }
        if (removed) {
            lines();
        }
        if (wanted && entry != null) {
            OutputStream lines = lines();
            if (export.order().format() == ExportFormat.JSONL) {
                lines.write(CanonicalEntry.leaf(entry));
                lines.write('\n');
            } else {
                lines.write(CsvLine.of(leaf.index(), entry));
            }
            first = entries == 0 ? leaf.index() : first;
            end = leaf.index() + 1;
            entries++;
            rows.increment();
        }
    }

    /**
     * Whether no retention lets it go yet. Then somebody removed it, and the proof is to ask for it: as it is not in the file, whoever verifies is told so. Whether the filters would have let it through nobody
     * can say any more.
     */
    private boolean isKeptByAll(Instant occurredAt) {
        return occurredAt.isAfter(Objects.requireNonNull(part.beganAt()).minus(Duration.ofDays(Retention.MIN_DAYS)));
    }

    /** Begun with the first entry that belongs into it, also one that is gone: what the proof asks for goes with a file. */
    private OutputStream lines() throws IOException {
        if (out == null) {
            upload = store.create(ExportRun.name(export, fileName()), GZIP, ExportRun.retention(export));
            out = new GZIPOutputStream(upload, BUFFER_BYTES);
            if (export.order().format() == ExportFormat.CSV) {
                out.write(CsvLine.HEADER);
            }
        }
        return out;
    }

    private String fileName() {
        return ExportFormat.fileName(export.order().format(), part.nextFile());
    }

    private ExportedFile completed(long next) throws IOException {
        if (upload == null || !(out instanceof GZIPOutputStream gzip)) {
            throw new IllegalStateException("nothing was written");
        }
        gzip.finish();
        StoredObject stored = upload.complete();
        return new ExportedFile(
                part.number(),
                fileName(),
                ExportedFile.Kind.ENTRIES,
                entries,
                stored.bytes(),
                ExportRun.sha256(stored),
                stored.lockedUntil().isPresent(),
                part.next(),
                next,
                entries == 0 ? part.next() : first,
                entries == 0 ? next : end);
    }

    /**
     * @param file absent when no entry belongs into it
     * @param next the index at which the following file begins
     * @param missing entries that the log does not hold
     */
    record Written(@Nullable ExportedFile file, byte[] selection, long next, long entries, long missing) {}
}
