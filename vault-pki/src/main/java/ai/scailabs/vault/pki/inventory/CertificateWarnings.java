package ai.scailabs.vault.pki.inventory;

import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.role.StoredRole;
import ai.scailabs.vault.pki.x509.SerialNumber;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Tells the audit log, once each, of certificates that are kept and about to expire: 30 days, 7 days and a day before, but nothing in the first half of a certificate's life, as what lives for hours is renewed all the time. Of several
 * thresholds that have passed the nearest is told. Of what was renewed nothing is told. Thread-safe.
 */
public final class CertificateWarnings {
    private static final IdentityId BY = new IdentityId("system:expiry");
    private static final int BATCH = 200;

    private static final String DUE = """
            with due as (
                select c.tenant_id, c.certificate_id, c.ca_id, c.serial, c.role, c.subject, c.not_after, passed.threshold
                from certificate c
                cross join lateral (
                    select b.before as threshold from unnest(array['1d', '7d', '30d']) as b (before)
                    where c.not_after - b.before::interval <= ?::timestamptz and c.not_after - c.not_before >= 2 * b.before::interval
                    order by b.before::interval limit 1
                ) passed
                where c.tenant_id = ? and c.not_after > ?::timestamptz and c.not_after <= ?::timestamptz + interval '30 days'
                    and c.status = 'issued' and c.created_by <> 'system:ocsp-responder'
                    and not exists (
                        select from expiry_notice n
                        where n.tenant_id = c.tenant_id and n.kind = 'certificate' and n.subject = c.certificate_id::text
                            and n.threshold::interval <= passed.threshold::interval)
                    and not exists (
                        select from certificate_renewal r
                        join certificate_renewal next on next.tenant_id = r.tenant_id and next.line_id = r.line_id and next.place = r.place + 1
                        where r.tenant_id = c.tenant_id and r.certificate_id = c.certificate_id)
                order by c.not_after limit ?
            ), told as (
                insert into expiry_notice as old (tenant_id, kind, subject, expires_at, threshold)
                select due.tenant_id, 'certificate', due.certificate_id::text, due.not_after, due.threshold from due
                on conflict (tenant_id, kind, subject) do update set expires_at = excluded.expires_at, threshold = excluded.threshold
            )
            select certificate_id, ca_id, serial, role, subject, not_after, threshold from due
            """;

    private final TenantTransactions transactions;
    private final AuditEntries entries;
    private final Ids ids;
    private final Clock clock;

    public CertificateWarnings(TenantTransactions transactions, AuditEntries entries, Ids ids, Clock clock) {
        this.transactions = transactions;
        this.entries = entries;
        this.ids = ids;
        this.clock = clock;
    }

    /** Returns when nothing of the tenant is left to be told now. */
    public void tell(TenantId tenant) {
        int told = BATCH;
        while (told == BATCH) {
            Instant now = clock.instant();
            told = transactions.inTransaction(tenant, tx -> tell(tx, now));
        }
    }

    private int tell(TenantTransaction tx, Instant now) {
        List<Due> due = tx.query(DUE, CertificateWarnings::due, now, tx.tenant().value(), now, now, BATCH);
        for (Due each : due) {
            Attempt attempt = new Attempt(
                    tx.tenant(),
                    AuditAction.PKI_CERTIFICATE_EXPIRING,
                    BY,
                    null,
                    each.role() == null
                            ? null
                            : StoredRole.virtualPath(each.role()).value(),
                    null,
                    null,
                    ids.next("req_"),
                    System.nanoTime());
            Map<String, Object> facts = new HashMap<>();
            facts.put("certificate_id", Ids.text("cert_", each.id()));
            facts.put("ca_id", Ids.text("ca_", each.authority()));
            facts.put("serial_number", new SerialNumber(new BigInteger(1, each.serial())).toString());
            facts.put("subject", each.subject());
            facts.put("expires_at", each.notAfter().toString());
            facts.put("threshold", each.threshold());
            facts.put("days_remaining", Duration.between(now, each.notAfter()).toDays());
            tx.update(
                    AuditRows.INSERT,
                    AuditRows.arguments(entries.succeeded(attempt).withExtra(facts)));
        }
        return due.size();
    }

    private static Due due(ResultSet row, int number) throws SQLException {
        return new Due(
                row.getObject(1, UUID.class),
                row.getObject(2, UUID.class),
                row.getBytes(3),
                row.getString(4),
                row.getString(5),
                row.getObject(6, OffsetDateTime.class).toInstant(),
                row.getString(7));
    }

    private record Due(
            UUID id,
            UUID authority,
            byte[] serial,
            @Nullable String role,
            String subject,
            Instant notAfter,
            String threshold) {
        @Override
        public String toString() {
            return "Due[" + id + "]";
        }
    }
}
