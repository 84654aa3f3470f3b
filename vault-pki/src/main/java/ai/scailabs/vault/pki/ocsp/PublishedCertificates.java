package ai.scailabs.vault.pki.ocsp;

import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.revocation.CertificateStatuses;
import java.util.Optional;
import java.util.UUID;

/** The certificates of authorities, for whoever builds a chain and has no token. Thread-safe. */
public final class PublishedCertificates {
    private final TenantTransactions transactions;
    private final CertificateStatuses statuses;

    public PublishedCertificates(TenantTransactions transactions, CertificateStatuses statuses) {
        this.transactions = transactions;
        this.statuses = statuses;
    }

    /** DER, of the key of that generation; empty when there is none. */
    public Optional<byte[]> certificate(UUID authority, int generation) {
        return statuses.tenantOf(authority)
                .flatMap(tenant -> transactions.queryOne(
                        tenant,
                        "select certificate from ca_generation where tenant_id = ? and ca_id = ? and generation = ?",
                        (results, index) -> results.getBytes(1),
                        tenant.value(),
                        authority,
                        generation));
    }
}
