package ai.scailabs.vault.access.idempotency;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.crypto.envelope.KeySeal;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * Reserves a key before a call is done, and keeps what it was answered. A call that was begun and never ended, as its instance died, is not done again: nobody knows whether it took effect. Thread-safe.
 */
public final class IdempotentReplies {
    /** Of the digest of what is asked. */
    public static final int ASKED_BYTES = 32;

    private static final int MAX_ATTEMPTS = 5;

    private final IdempotentReplyRepository repository;
    private final KeySeal seal;
    private final Ids ids;

    public IdempotentReplies(TenantTransactions transactions, KeySeal seal, Ids ids) {
        this.repository = new IdempotentReplyRepository(transactions);
        this.seal = seal;
        this.ids = ids;
    }

    /**
     * @param actor on the tenant that the call is about
     * @param asked SHA-256 of the whole call
     * @throws VaultException {@code idempotency_mismatch} when the key is that of another call; {@code conflict} with the state {@code in_progress} or {@code outcome_unknown}; {@code kms_unavailable}
     */
    public Reservation reserve(Actor actor, IdempotencyKey key, byte[] asked) {
        if (asked.length != ASKED_BYTES) {
            throw new IllegalArgumentException("not a SHA-256");
        }
        TenantId tenant = actor.tenant();
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            Optional<IdempotentReplyRepository.Row> known = repository.find(tenant, key.digest());
            if (known.isPresent()) {
                return earlier(known.get(), tenant, actor.partner(), asked);
            }
            String id = ids.next("idem_");
            byte[] sealed = sealed(tenant, actor.partner(), id, asked.clone());
            if (repository.insert(tenant, id, key.digest(), sealed)) {
                return new Reservation.First(tenant, actor.partner(), id, asked.clone());
            }
        }
        throw tooQuick();
    }

    private Reservation earlier(IdempotentReplyRepository.Row row, TenantId tenant, PartnerId partner, byte[] asked) {
        try (SensitiveBytes kept = seal.open(tenant, partner, row.id(), row.sealed())) {
            byte[] bytes = kept.expose();
            if (!MessageDigest.isEqual(Arrays.copyOf(bytes, ASKED_BYTES), asked)) {
                throw new VaultException(
                        ErrorCode.IDEMPOTENCY_MISMATCH, "The Idempotency-Key was sent with another call before");
            }
            if (!row.answered()) {
                throw unanswered(row);
            }
            return new Reservation.Earlier(SensitiveBytes.owning(Arrays.copyOfRange(bytes, ASKED_BYTES, bytes.length)));
        }
    }

    private static VaultException unanswered(IdempotentReplyRepository.Row row) {
        return row.isRecent()
                ? new VaultException(
                        ErrorCode.CONFLICT,
                        "The first call with this Idempotency-Key is under way",
                        Map.of("state", "in_progress"))
                : new VaultException(
                        ErrorCode.CONFLICT,
                        "The first call with this Idempotency-Key was broken off: look whether it took effect, then use another key",
                        Map.of("state", "outcome_unknown"));
    }

    /**
     * From now on the key gives this.
     *
     * @param reply stays the caller's
     * @throws VaultException {@code kms_unavailable}, {@code service_unavailable}: the key gives nothing then, and the call is not done again
     */
    public void keep(Reservation.First first, SensitiveBytes reply) {
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            byte[] both = Arrays.copyOf(first.asked, ASKED_BYTES + reply.length());
            System.arraycopy(reply.expose(), 0, both, ASKED_BYTES, reply.length());
            if (repository.answer(first.tenant, first.id, sealed(first.tenant, first.partner, first.id, both))) {
                return;
            }
        }
        throw tooQuick();
    }

    /** The call took no effect: the key is as if it had never been sent. */
    public void release(Reservation.First first) {
        repository.delete(first.tenant, first.id);
    }

    /** @param plain is wiped */
    private byte[] sealed(TenantId tenant, PartnerId partner, String id, byte[] plain) {
        try (SensitiveBytes bytes = SensitiveBytes.owning(plain)) {
            return seal.seal(tenant, partner, id, bytes);
        }
    }

    private static VaultException tooQuick() {
        return new VaultException(
                ErrorCode.SERVICE_UNAVAILABLE, "The tenant's key changes too quickly for a reply under it");
    }
}
