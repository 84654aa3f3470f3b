package ai.scailabs.vault.pki.issuance;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.serving.ServingVersion;
import ai.scailabs.vault.pki.x509.SerialNumber;
import java.math.BigInteger;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The SQL of private keys that are kept. */
final class KeptKeyRepository {
    private final TenantTransactions transactions;

    KeptKeyRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    /** False when the tenant's key that seals it has just given way to the next: whoever seals what is stored anew has gone by. */
    boolean insert(TenantTransaction tx, String keyId, UUID certificate, byte[] sealed, Instant now) {
        return tx.update(
                        """
                        insert into certificate_key (tenant_id, key_id, certificate_id, private_key, created_at)
                        select ?::text, ?::text, ?::uuid, ?::bytea, ?::timestamptz
                        where not exists (
                            select from tenant_key k where k.tenant_id = ? and k.key_id = tenant_key_of_record(?::bytea) and k.state <> 'active')
                        """,
                        tx.tenant().value(),
                        keyId,
                        certificate,
                        sealed,
                        now,
                        tx.tenant().value(),
                        sealed)
                > 0;
    }

    /** The certificate, whether or not its key is kept. */
    Optional<Kept> find(TenantId tenant, UUID certificate) {
        return transactions.queryOne(
                tenant,
                """
                select c.role, c.certificate, k.key_id, k.private_key
                from certificate c left join certificate_key k on k.tenant_id = c.tenant_id and k.certificate_id = c.certificate_id
                where c.tenant_id = ? and c.certificate_id = ?
                """,
                (results, index) -> new Kept(
                        results.getString("role"),
                        results.getBytes("certificate"),
                        results.getString("key_id"),
                        results.getBytes("private_key")),
                tenant.value(),
                certificate);
    }

    /** How a certificate stands that was issued, whether or not its key is kept. */
    Optional<ServingVersion> standing(TenantId tenant, UUID certificate) {
        return transactions.queryOne(
                tenant,
                """
                select c.certificate_id, t.partner_id, c.serial, k.key_id, c.not_before, c.not_after, c.status = 'revoked' or a.status = 'revoked' as revoked
                from certificate c
                join tenant t on t.tenant_id = c.tenant_id
                join certificate_authority a on a.tenant_id = c.tenant_id and a.ca_id = c.ca_id
                left join certificate_key k on k.tenant_id = c.tenant_id and k.certificate_id = c.certificate_id
                where c.tenant_id = ? and c.certificate_id = ? and c.status <> 'reserved'
                """,
                (results, index) -> new ServingVersion(
                        results.getObject("certificate_id", UUID.class),
                        1,
                        new PartnerId(results.getString("partner_id")),
                        new SerialNumber(new BigInteger(results.getBytes("serial"))).toString(),
                        results.getString("key_id"),
                        results.getObject("not_before", OffsetDateTime.class).toInstant(),
                        results.getObject("not_after", OffsetDateTime.class).toInstant(),
                        results.getBoolean("revoked")),
                tenant.value(),
                certificate);
    }

    /** A certificate whose key is kept, with what TLS needs of it. */
    Optional<Serving> serving(TenantId tenant, UUID certificate) {
        return transactions.queryOne(
                tenant,
                """
                select c.ca_id, c.ca_generation, c.certificate, k.key_id, k.private_key
                from certificate c join certificate_key k on k.tenant_id = c.tenant_id and k.certificate_id = c.certificate_id
                where c.tenant_id = ? and c.certificate_id = ?
                """,
                (results, index) -> new Serving(
                        results.getObject("ca_id", UUID.class),
                        results.getInt("ca_generation"),
                        results.getBytes("certificate"),
                        results.getString("key_id"),
                        results.getBytes("private_key")),
                tenant.value(),
                certificate);
    }

    void record(TenantTransaction tx, AuditEntry entry) {
        tx.update(AuditRows.INSERT, AuditRows.arguments(entry));
    }

    /**
     * @param role by which it was issued
     * @param keyId absent where the key is not kept
     */
    record Kept(
            @Nullable String role,
            byte[] certificate,
            @Nullable String keyId,
            byte @Nullable [] sealed) {
        @Override
        public String toString() {
            return "Kept[" + keyId + "]";
        }
    }

    /** @param generation of the authority's key that signed it */
    record Serving(UUID authority, int generation, byte[] certificate, String keyId, byte[] sealed) {
        @Override
        public String toString() {
            return "Serving[" + keyId + "]";
        }
    }
}
