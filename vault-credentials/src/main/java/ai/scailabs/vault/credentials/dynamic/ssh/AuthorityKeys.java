package ai.scailabs.vault.credentials.dynamic.ssh;

import ai.scailabs.vault.credentials.dynamic.Engine;
import ai.scailabs.vault.credentials.ssh.SshAuthority;
import ai.scailabs.vault.crypto.envelope.KeySeal;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.util.Optional;
import java.util.UUID;

/** The keys with which engines certify: sealed under their tenant's key, and opened for one certificate at a time. Thread-safe. */
public final class AuthorityKeys {
    private final TenantTransactions transactions;
    private final KeySeal seal;

    public AuthorityKeys(TenantTransactions transactions, KeySeal seal) {
        this.transactions = transactions;
        this.seal = seal;
    }

    byte[] sealed(Engine engine, SshAuthority authority) {
        try (SensitiveBytes key = authority.encoded()) {
            return seal.seal(engine.tenant(), engine.partner(), engine.id().toString(), key);
        }
    }

    /** @throws VaultException {@code service_unavailable} when the tenant's key was changed since it was sealed: whoever seals all keys anew may have gone by */
    void insert(TenantTransaction tx, Engine engine, String publicKey, byte[] sealed) {
        int kept = tx.update(
                """
                insert into ssh_authority_key (tenant_id, key_id, engine_id, public_key, private_key)
                select ?::text, ?::text, ?::uuid, ?::text, ?::bytea
                where not exists (
                    select from tenant_key k where k.tenant_id = ? and k.key_id = tenant_key_of_record(?::bytea) and k.state <> 'active')
                """,
                tx.tenant().value(),
                engine.id().toString(),
                engine.id(),
                publicKey,
                sealed,
                tx.tenant().value(),
                sealed);
        if (kept == 0) {
            throw new VaultException(
                    ErrorCode.SERVICE_UNAVAILABLE,
                    "The tenant's key is being changed; the engine can be made in a moment");
        }
    }

    /** To be closed by the caller. @throws VaultException {@code integrity_failure}, {@code kms_unavailable} */
    Optional<SshAuthority> find(Engine engine) {
        return transactions
                .queryOne(
                        engine.tenant(),
                        "select private_key from ssh_authority_key where tenant_id = ? and key_id = ?",
                        (results, index) -> results.getBytes(1),
                        engine.tenant().value(),
                        engine.id().toString())
                .map(kept -> opened(engine, kept));
    }

    private SshAuthority opened(Engine engine, byte[] kept) {
        try (SensitiveBytes key =
                seal.open(engine.tenant(), engine.partner(), engine.id().toString(), kept)) {
            return SshAuthority.of(key);
        }
    }

    /** Whose engine it is, for whoever asks without a token; empty when it is none that certifies. */
    public Optional<TenantId> tenantOf(UUID engine) {
        return transactions
                .callForMany(
                        "select ssh_engine_tenant(?::uuid)",
                        (results, index) -> Optional.ofNullable(results.getString(1)),
                        engine)
                .getFirst()
                .map(TenantId::new);
    }

    public Optional<String> publicKey(TenantId tenant, UUID engine) {
        return transactions.queryOne(
                tenant,
                "select public_key from ssh_authority_key where tenant_id = ? and key_id = ?",
                (results, index) -> results.getString(1),
                tenant.value(),
                engine.toString());
    }
}
