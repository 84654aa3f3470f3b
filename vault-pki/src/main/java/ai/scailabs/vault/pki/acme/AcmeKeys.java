package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.crypto.envelope.KeySeal;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.issuer.KeyPairs;
import ai.scailabs.vault.pki.x509.KeySpec;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Function;

/** Keys of accounts, orders and certificates: made here, sealed by the tenant's key and bound to their id, opened for one use. Thread-safe. */
public final class AcmeKeys {
    private static final String PREFIX = "acmekey_";
    private static final int MAX_ATTEMPTS = 3;

    private final TenantTransactions transactions;
    private final KeyPairs keyPairs;
    private final KeySeal seal;
    private final Ids ids;
    private final Clock clock;

    public AcmeKeys(TenantTransactions transactions, KeyPairs keyPairs, KeySeal seal, Ids ids, Clock clock) {
        this.transactions = transactions;
        this.keyPairs = keyPairs;
        this.seal = seal;
        this.ids = ids;
        this.clock = clock;
    }

    /** @throws VaultException {@code rate_limited}; {@code service_unavailable} */
    KeyPair make(TenantId tenant, KeySpec spec) {
        return keyPairs.make(tenant, spec);
    }

    /**
     * Seals the bundle, then runs the change in one transaction with what stores it. Asks the root key before, never inside it.
     *
     * @param change is told the id under which it lies; empty: nothing is stored
     * @throws VaultException {@code kms_unavailable}; {@code service_unavailable}
     */
    <T> T store(TenantId tenant, PartnerId partner, KeyBundle bundle, Function<Stored, T> change) {
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            String keyId = ids.next(PREFIX);
            byte[] sealed;
            try (SensitiveBytes plain = bundle.encode()) {
                sealed = seal.seal(tenant, partner, keyId, plain);
            }
            Optional<T> done = transactions.inTransaction(
                    tenant,
                    tx -> insert(tx, keyId, sealed)
                            ? Optional.of(change.apply(new Stored(tx, keyId)))
                            : Optional.empty());
            if (done.isPresent()) {
                return done.get();
            }
        }
        throw new VaultException(
                ErrorCode.SERVICE_UNAVAILABLE, "The tenant's key changes too quickly for a new key under it");
    }

    /** The open transaction, and what the key goes by. */
    record Stored(TenantTransaction tx, String keyId) {}

    /** False when the tenant's key that seals it has just given way to the next: whoever seals what is stored anew has gone by. */
    private boolean insert(TenantTransaction tx, String keyId, byte[] sealed) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        return tx.update(
                        """
                        insert into acme_key (tenant_id, key_id, private_key, created_at)
                        select ?::text, ?::text, ?::bytea, ?::timestamptz
                        where not exists (
                            select from tenant_key k where k.tenant_id = ? and k.key_id = tenant_key_of_record(?::bytea) and k.state <> 'active')
                        """,
                        tx.tenant().value(),
                        keyId,
                        sealed,
                        now,
                        tx.tenant().value(),
                        sealed)
                > 0;
    }

    void delete(TenantTransaction tx, String keyId) {
        tx.update(
                "delete from acme_key where tenant_id = ? and key_id = ?",
                tx.tenant().value(),
                keyId);
    }

    boolean isOlder(TenantTransaction tx, String keyId, Instant than) {
        return tx.queryOne(
                        "select created_at < ? from acme_key where tenant_id = ? and key_id = ?",
                        (results, index) -> results.getBoolean(1),
                        than,
                        tx.tenant().value(),
                        keyId)
                .orElse(false);
    }

    /**
     * The bundle, which the caller closes. Asks the root key: never inside a transaction.
     *
     * @throws VaultException {@code integrity_failure} also when it is not there; {@code kms_unavailable}
     */
    KeyBundle open(TenantId tenant, PartnerId partner, String keyId) {
        byte[] sealed = transactions
                .queryOne(
                        tenant,
                        "select private_key from acme_key where tenant_id = ? and key_id = ?",
                        (results, index) -> results.getBytes(1),
                        tenant.value(),
                        keyId)
                .orElseThrow(() -> new VaultException(ErrorCode.INTEGRITY_FAILURE, "A key is missing"));
        try (SensitiveBytes plain = seal.open(tenant, partner, keyId, sealed)) {
            return KeyBundle.decode(plain);
        }
    }
}
