package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** The SQL of which certificates authorities of ours have beside their own. */
final class CrossRepository {
    /** Nobody needs more ways to be trusted. */
    private static final int MOST = 10;

    private final TenantTransactions transactions;

    CrossRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    void insert(TenantTransaction tx, UUID certificate, CertificateAuthority subject, Reservation signer, Instant now) {
        tx.update(
                """
                insert into ca_cross_certificate (tenant_id, certificate_id, ca_id, ca_generation, signer_ca_id, signer_generation, created_at)
                values (?, ?, ?, ?, ?, ?, ?)
                """,
                tx.tenant().value(),
                certificate,
                subject.id(),
                subject.current().number(),
                signer.authorityId(),
                signer.generation(),
                now);
    }

    /** Those that count now for that key, the newest first. */
    List<Cross> of(TenantId tenant, UUID authority, int generation, Instant now) {
        return transactions.query(
                tenant,
                """
                select c.certificate, g.certificate as signer, x.signer_ca_id, x.signer_generation
                from ca_cross_certificate x
                join certificate c on c.tenant_id = x.tenant_id and c.certificate_id = x.certificate_id
                join certificate_authority s on s.tenant_id = x.tenant_id and s.ca_id = x.signer_ca_id
                join ca_generation g on g.tenant_id = x.tenant_id and g.ca_id = x.signer_ca_id and g.generation = x.signer_generation
                where x.tenant_id = ? and x.ca_id = ? and x.ca_generation = ? and c.status = 'issued' and c.not_before <= ? and c.not_after > ?
                    and s.status <> 'revoked'
                order by x.certificate_id desc limit ?
                """,
                (results, index) -> new Cross(
                        results.getBytes(1), results.getBytes(2), results.getObject(3, UUID.class), results.getInt(4)),
                tenant.value(),
                authority,
                generation,
                now,
                now,
                MOST);
    }

    /** @param signerCertificate DER */
    record Cross(byte[] certificate, byte[] signerCertificate, UUID signer, int signerGeneration) {
        @Override
        public String toString() {
            return "Cross[" + signer + "]";
        }
    }
}
