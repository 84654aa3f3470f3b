package ai.scailabs.vault.events.delivery;

import ai.scailabs.vault.crypto.envelope.KeySeal;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What targets are signed for with: sealed by the tenant's key, opened for a turn. The one that was followed by another is remembered as long as was asked for. Thread-safe. */
public final class SigningKeys {
    public static final int MAX_BYTES = 1_024;

    private static final int MAX_ATTEMPTS = 3;
    private static final String PREFIX = "whs_";

    private final TenantTransactions transactions;
    private final KeySeal seal;
    private final Ids ids;
    private final Clock clock;

    public SigningKeys(TenantTransactions transactions, KeySeal seal, Ids ids, Clock clock) {
        this.transactions = transactions;
        this.seal = seal;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * Stores it in the transaction that also does the work.
     *
     * @param secret stays the caller's to close
     * @param overlap how long the one before is remembered; null: not at all
     * @param work done first; its failure undoes all
     * @throws VaultException {@code validation_error}
     */
    public void put(
            TenantId tenant,
            PartnerId partner,
            String target,
            SensitiveBytes secret,
            @Nullable Duration overlap,
            Consumer<TenantTransaction> work) {
        if (secret.length() == 0 || secret.length() > MAX_BYTES) {
            throw VaultException.invalidField("secret", "must have 1 to " + MAX_BYTES + " bytes");
        }
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            String keyId = ids.next(PREFIX);
            byte[] sealed = seal.seal(tenant, partner, keyId, secret);
            Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
            boolean stored = transactions.inTransaction(tenant, tx -> {
                if (!isUnderActiveKey(tx, sealed)) {
                    return false;
                }
                work.accept(tx);
                retire(tx, target, overlap == null ? now : now.plus(overlap), now);
                insert(tx, keyId, target, sealed, now);
                return true;
            });
            if (stored) {
                return;
            }
        }
        throw new VaultException(
                ErrorCode.SERVICE_UNAVAILABLE, "The tenant's key changes too quickly for a new secret under it");
    }

    /** False when the tenant's key that seals it has just given way to the next: whoever seals what is stored anew has gone by. */
    private static boolean isUnderActiveKey(TenantTransaction tx, byte[] sealed) {
        return tx.queryOne("""
                        select 1 where not exists (
                            select from tenant_key k where k.tenant_id = ? and k.key_id = tenant_key_of_record(?::bytea) and k.state <> 'active')
                        """, (row, number) -> row.getInt(1), tx.tenant().value(), sealed)
                .isPresent();
    }

    private static void retire(TenantTransaction tx, String target, Instant until, Instant now) {
        tx.update(
                "delete from event_signing_key where tenant_id = ? and target_id = ? and retires_at is not null",
                tx.tenant().value(),
                target);
        if (until.isAfter(now)) {
            tx.update(
                    "update event_signing_key set retires_at = ? where tenant_id = ? and target_id = ?",
                    until,
                    tx.tenant().value(),
                    target);
        } else {
            tx.update(
                    "delete from event_signing_key where tenant_id = ? and target_id = ?",
                    tx.tenant().value(),
                    target);
        }
    }

    private static void insert(TenantTransaction tx, String keyId, String target, byte[] sealed, Instant now) {
        tx.update(
                "insert into event_signing_key (tenant_id, key_id, target_id, private_key, created_at) values (?, ?, ?, ?, ?)",
                tx.tenant().value(),
                keyId,
                target,
                sealed,
                now);
    }

    /** @throws VaultException {@code integrity_failure}; {@code kms_unavailable} */
    Opened open(TenantId tenant, PartnerId partner, String target) {
        List<Stored> stored = transactions.query(
                tenant,
                """
                select key_id, private_key, retires_at is null from event_signing_key
                where tenant_id = ? and target_id = ? and (retires_at is null or retires_at > ?) order by retires_at nulls first limit 2
                """,
                (row, number) -> new Stored(row.getString(1), row.getBytes(2), row.getBoolean(3)),
                tenant.value(),
                target,
                clock.instant());
        if (stored.isEmpty() || !stored.getFirst().signs()) {
            throw new VaultException(ErrorCode.INTEGRITY_FAILURE, "The target has no secret to sign with");
        }
        SensitiveBytes current = open(tenant, partner, stored.getFirst());
        try {
            return new Opened(current, stored.size() < 2 ? null : open(tenant, partner, stored.get(1)));
        } catch (VaultException unreadable) {
            current.close();
            throw unreadable;
        }
    }

    private SensitiveBytes open(TenantId tenant, PartnerId partner, Stored key) {
        return seal.open(tenant, partner, key.keyId(), key.sealed());
    }

    /** Until when the one before the one that signs is remembered; null when there is none. */
    public @Nullable Instant previousUntil(TenantId tenant, String target) {
        return transactions
                .queryOne(
                        tenant,
                        "select retires_at from event_signing_key where tenant_id = ? and target_id = ? and retires_at > ?",
                        (row, number) -> DeliveryRows.required(row, 1),
                        tenant.value(),
                        target,
                        clock.instant())
                .orElse(null);
    }

    private record Stored(String keyId, byte[] sealed, boolean signs) {
        @Override
        public String toString() {
            return "Stored[" + keyId + "]";
        }
    }

    /**
     * Wiped when it is closed.
     *
     * @param previous absent but for a time after it was followed by another
     */
    record Opened(SensitiveBytes current, @Nullable SensitiveBytes previous) implements AutoCloseable {
        @Override
        public void close() {
            current.close();
            if (previous != null) {
                previous.close();
            }
        }
    }
}
