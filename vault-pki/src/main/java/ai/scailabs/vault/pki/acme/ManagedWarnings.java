package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.audit.expiry.ExpiryNotices;
import ai.scailabs.vault.audit.expiry.ExpiryWarning;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Tells the audit log, once each, of managed certificates whose newest version is about to expire: 30 days, 7 days and a day before, but nothing in the first half of its life. What is renewed in time is never told of. Of
 * several thresholds that have passed the nearest is told. Thread-safe.
 */
public final class ManagedWarnings {
    private static final String DUE = ExpiryNotices.FOUND + """
            select c.tenant_id, 'managed' as kind, c.certificate_id::text || '/' || v.version as subject, v.not_after as expires_at, passed.threshold,
                c.certificate_id, a.name as account, v.version, v.serial, c.names
            from acme_certificate c
            join acme_certificate_version v on v.tenant_id = c.tenant_id and v.certificate_id = c.certificate_id and v.version = c.version
            join acme_account a on a.tenant_id = c.tenant_id and a.account_id = c.account_id
            cross join lateral (
                select b.before as threshold from unnest(array['1d', '7d', '30d']) as b (before)
                where v.not_after - b.before::interval <= ?::timestamptz and v.not_after - v.not_before >= 2 * b.before::interval
                order by b.before::interval limit 1
            ) passed
            where c.tenant_id = ? and v.not_after > ?::timestamptz and v.not_after <= ?::timestamptz + interval '30 days' and v.revoked_at is null
            """ + ExpiryNotices.TOLD;

    private final ExpiryNotices notices;

    public ManagedWarnings(ExpiryNotices notices) {
        this.notices = notices;
    }

    /** Returns when nothing of the tenant is left to be told now. */
    public void tell(TenantId tenant) {
        notices.tell(tenant, ManagedWarnings::due);
    }

    private static List<ExpiryWarning> due(TenantTransaction tx, Instant now, int most) {
        return tx.query(DUE, ManagedWarnings::warning, now, tx.tenant().value(), now, now, most);
    }

    private static ExpiryWarning warning(ResultSet row, int number) throws SQLException {
        String account = row.getString("account");
        return new ExpiryWarning(
                AuditAction.PKI_CERTIFICATE_EXPIRING,
                AcmeAccount.virtualPath(account).value(),
                OrderRows.instant(row, "expires_at"),
                row.getString("threshold"),
                Map.of(
                        "certificate_id",
                        ManagedCertificate.idText(row.getObject("certificate_id", UUID.class)),
                        "acme_account",
                        account,
                        "names",
                        Arrays.asList((String[]) row.getArray("names").getArray()),
                        "version",
                        row.getInt("version"),
                        "serial_number",
                        CertificateVersion.serialText(row.getString("serial"))));
    }
}
