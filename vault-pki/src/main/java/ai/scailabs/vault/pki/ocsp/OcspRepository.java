package ai.scailabs.vault.pki.ocsp;

import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The SQL of whose keys sign which answers. */
final class OcspRepository {
    private final TenantTransactions transactions;

    OcspRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    Optional<KnownAuthority> authority(TenantId tenant, UUID id, Instant now) {
        List<Generation> found = transactions.query(
                tenant,
                """
                select g.generation, g.certificate, t.partner_id from ca_generation g join tenant t on t.tenant_id = g.tenant_id
                where g.tenant_id = ? and g.ca_id = ? order by g.generation
                """,
                (results, index) -> new Generation(
                        new KnownAuthority.Key(results.getInt(1), IssuerNames.of(results.getBytes(2))),
                        new PartnerId(results.getString(3))),
                tenant.value(),
                id);
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of(new KnownAuthority(
                        tenant,
                        found.getFirst().partner(),
                        id,
                        found.stream().map(Generation::key).toList(),
                        now));
    }

    private record Generation(KnownAuthority.Key key, PartnerId partner) {}
}
