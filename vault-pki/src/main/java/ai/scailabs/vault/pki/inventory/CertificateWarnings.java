package ai.scailabs.vault.pki.inventory;

import ai.scailabs.vault.audit.expiry.ExpiryNotices;
import ai.scailabs.vault.audit.expiry.ExpiryWarning;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.pki.role.StoredRole;
import ai.scailabs.vault.pki.x509.SerialNumber;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Tells the audit log, once each, of certificates that are kept and about to expire: 30 days, 7 days and a day before, but nothing in the first half of a certificate's life, as what lives for hours is renewed all the time. Of several
 * thresholds that have passed the nearest is told. Of what was renewed nothing is told. Thread-safe.
 */
public final class CertificateWarnings {
    private static final String DUE = ExpiryNotices.FOUND + """
            select c.tenant_id, 'certificate' as kind, c.certificate_id::text as subject, c.not_after as expires_at, passed.threshold,
                c.certificate_id, c.ca_id, c.serial, c.role, c.subject as name
            from certificate c
            cross join lateral (
                select b.before as threshold from unnest(array['1d', '7d', '30d']) as b (before)
                where c.not_after - b.before::interval <= ?::timestamptz and c.not_after - c.not_before >= 2 * b.before::interval
                order by b.before::interval limit 1
            ) passed
            where c.tenant_id = ? and c.not_after > ?::timestamptz and c.not_after <= ?::timestamptz + interval '30 days'
                and c.status = 'issued' and c.created_by <> 'system:ocsp-responder'
                and not exists (
                    select from certificate_renewal r
                    join certificate_renewal next on next.tenant_id = r.tenant_id and next.line_id = r.line_id and next.place = r.place + 1
                    where r.tenant_id = c.tenant_id and r.certificate_id = c.certificate_id)
            """ + ExpiryNotices.TOLD;

    private final ExpiryNotices notices;

    public CertificateWarnings(ExpiryNotices notices) {
        this.notices = notices;
    }

    /** Returns when nothing of the tenant is left to be told now. */
    public void tell(TenantId tenant) {
        notices.tell(tenant, CertificateWarnings::due);
    }

    private static List<ExpiryWarning> due(TenantTransaction tx, Instant now, int most) {
        return tx.query(DUE, CertificateWarnings::warning, now, tx.tenant().value(), now, now, most);
    }

    private static ExpiryWarning warning(ResultSet row, int number) throws SQLException {
        String role = row.getString("role");
        return new ExpiryWarning(
                AuditAction.PKI_CERTIFICATE_EXPIRING,
                role == null ? null : StoredRole.virtualPath(role).value(),
                row.getObject("expires_at", OffsetDateTime.class).toInstant(),
                row.getString("threshold"),
                Map.of(
                        "certificate_id",
                        Ids.text("cert_", row.getObject("certificate_id", UUID.class)),
                        "ca_id",
                        Ids.text("ca_", row.getObject("ca_id", UUID.class)),
                        "serial_number",
                        new SerialNumber(new BigInteger(1, row.getBytes("serial"))).toString(),
                        "subject",
                        row.getString("name")));
    }
}
