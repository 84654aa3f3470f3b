package ai.scailabs.vault.pki.revocation;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.x509.RevocationReason;
import ai.scailabs.vault.pki.x509.SerialNumber;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Whether a certificate is good, as it is at this moment on every instance: what is committed counts at once. Thread-safe. */
public final class CertificateStatuses {
    /** A row of its own counts before that of its authority, unless it is only on hold. Both are found by their primary keys. */
    private static final String STATUS = """
            select g.generation, a.revoked_at as ca_revoked_at, a.revocation_reason as ca_reason, c.certificate_id, r.reason, r.revoked_at,
                r.invalidity_date
            from certificate_authority a
            join ca_generation g on g.tenant_id = a.tenant_id and g.ca_id = a.ca_id
            left join certificate c on c.tenant_id = a.tenant_id and c.serial = ?::bytea and c.ca_id = a.ca_id and c.ca_generation = g.generation
            left join certificate_revocation r on r.tenant_id = a.tenant_id and r.ca_id = a.ca_id and r.ca_generation = g.generation
                and r.serial = ?::bytea and not r.released
            where a.tenant_id = ? and a.ca_id = ? and (c.certificate_id is not null or r.serial is not null)
            order by g.generation desc limit 1
            """;

    private final TenantTransactions transactions;

    public CertificateStatuses(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    /**
     * Whose authority it is, for whoever asks without a token; empty when there is none of this id. One round trip. What is read of it afterwards is read as that tenant, like everything.
     */
    public Optional<TenantId> tenantOf(UUID authority) {
        return transactions
                .callForMany(
                        "select pki_authority_tenant(?::uuid)",
                        (results, index) -> Optional.ofNullable(results.getString(1)),
                        authority)
                .getFirst()
                .map(TenantId::new);
    }

    /** One round trip, by indexes, however many are revoked. */
    public CertificateStatus status(TenantId tenant, UUID authority, SerialNumber serial) {
        byte[] octets = serial.contentOctets();
        return transactions
                .queryOne(tenant, STATUS, (results, index) -> read(results), octets, octets, tenant.value(), authority)
                .orElseGet(CertificateStatus.NeverIssued::new);
    }

    /** Of a row with the columns of both revocations, as {@link #status} selects them: {@code generation, reason, revoked_at, invalidity_date, ca_reason, ca_revoked_at}. */
    public static CertificateStatus read(ResultSet results) throws SQLException {
        return of(
                results.getInt("generation"),
                results.getObject("reason", Integer.class),
                instant(results, "revoked_at"),
                instant(results, "invalidity_date"),
                results.getObject("ca_reason", Integer.class),
                instant(results, "ca_revoked_at"));
    }

    /** What counts of a certificate's own revocation and its authority's; of one on hold the first date stays. */
    private static CertificateStatus of(
            int generation,
            @Nullable Integer own,
            @Nullable Instant at,
            @Nullable Instant invalidityDate,
            @Nullable Integer above,
            @Nullable Instant aboveAt) {
        boolean onHold = own != null && own == RevocationReason.CERTIFICATE_HOLD.code();
        if (above != null && aboveAt != null && (own == null || onHold)) {
            Instant first = at != null && at.isBefore(aboveAt) ? at : aboveAt;
            return new CertificateStatus.Revoked(generation, RevocationReason.of(above), first, invalidityDate);
        }
        return own == null || at == null
                ? new CertificateStatus.Good(generation)
                : new CertificateStatus.Revoked(generation, RevocationReason.of(own), at, invalidityDate);
    }

    private static @Nullable Instant instant(ResultSet results, String column) throws SQLException {
        OffsetDateTime time = results.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
