package ai.scailabs.vault.audit.proof;

import ai.scailabs.vault.audit.note.Checkpoint;
import ai.scailabs.vault.audit.note.InvalidNote;
import ai.scailabs.vault.audit.note.LogKey;
import ai.scailabs.vault.audit.note.NoteSignature;
import ai.scailabs.vault.audit.note.NoteSigner;
import ai.scailabs.vault.audit.note.SignedNote;
import ai.scailabs.vault.crypto.envelope.KeySeal;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * Signed heads of the trees (c2sp.org/tlog-checkpoint). A tenant's log has a key of its own, made when it is first needed, which lies sealed by the tenant's key and is opened for one signature. Each size is
 * signed once; who asks again gets the same. Thread-safe.
 */
public final class Checkpoints {
    private static final int MAX_ATTEMPTS = 3;

    private final LogTree trees;
    private final CheckpointRepository repository;
    private final KeySeal seal;
    private final String origin;
    private final Clock clock;
    private final Ids ids;
    private final SecureRandom random;

    /** @param origin before the tenant's id in the names of logs that are new */
    public Checkpoints(
            LogTree trees,
            TenantTransactions transactions,
            KeySeal seal,
            String origin,
            Clock clock,
            Ids ids,
            SecureRandom random) {
        this.trees = trees;
        this.repository = new CheckpointRepository(transactions);
        this.seal = seal;
        this.origin = origin;
        this.clock = clock;
        this.ids = ids;
        this.random = random;
    }

    /**
     * The head of the tree as it is now, signed.
     *
     * @throws VaultException {@code kms_unavailable}, {@code service_unavailable}; {@code integrity_failure} when the key was altered or destroyed
     */
    public SignedHead newest(TenantId tenant, PartnerId partner) {
        TreeHead head = trees.head(tenant);
        Optional<String> signed = repository.note(tenant, head.size());
        if (signed.isEmpty()) {
            sign(tenant, partner, head);
            signed = repository.note(tenant, head.size());
        }
        String note = signed.orElseThrow(() -> new IllegalStateException("a checkpoint vanished"));
        return new SignedHead(head, cosigned(note, repository.cosignatures(tenant, head.size())));
    }

    private static String cosigned(String note, List<NoteSignature> cosignatures) {
        try {
            SignedNote cosigned = SignedNote.parse(note);
            for (NoteSignature cosignature : cosignatures) {
                cosigned = cosigned.with(cosignature);
            }
            return cosigned.render();
        } catch (InvalidNote altered) {
            throw new VaultException(ErrorCode.INTEGRITY_FAILURE, "The checkpoint was altered", altered);
        }
    }

    /**
     * What verifies the checkpoints; made if there is none.
     *
     * @throws VaultException as {@link #newest}
     */
    public LogKey key(TenantId tenant, PartnerId partner) {
        return current(tenant, partner).publicKey();
    }

    private void sign(TenantId tenant, PartnerId partner, TreeHead head) {
        CheckpointKey key = current(tenant, partner);
        LogKey name = key.publicKey();
        try (SensitiveBytes privateKey = seal.open(tenant, partner, key.keyId(), key.sealedPrivateKey())) {
            String note = new Checkpoint(name.name(), head.size(), head.root())
                    .sign(new NoteSigner(name, privateKey))
                    .render();
            repository.insert(tenant, head.size(), head.root(), note, now());
        }
    }

    /** Again when the tenant's key gave way to the next while it was made. */
    private CheckpointKey current(TenantId tenant, PartnerId partner) {
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            Optional<CheckpointKey> current = repository.key(tenant);
            if (current.isPresent()) {
                return current.get();
            }
            repository.insertUnlessThereIsOne(tenant, made(tenant, partner), now());
        }
        return repository
                .key(tenant)
                .orElseThrow(() -> new VaultException(
                        ErrorCode.SERVICE_UNAVAILABLE, "The tenant's key changes too quickly for a new key under it"));
    }

    private CheckpointKey made(TenantId tenant, PartnerId partner) {
        String keyId = ids.next("key_");
        try (NoteSigner.NewKey made = NoteSigner.generate(origin + "/" + tenant.value(), random)) {
            return new CheckpointKey(keyId, made.key(), seal.seal(tenant, partner, keyId, made.privateKey()));
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** @param note the signed note, as it is published, with what witnesses have signed to it by now */
    public record SignedHead(TreeHead head, String note) {}
}
