package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Tells the audit log, once each, of managed certificates whose newest version is about to expire: 30 days, 7 days and a day before, but nothing in the first half of its life. What is renewed in time is never told of. Of
 * several thresholds that have passed the nearest is told. Thread-safe.
 */
public final class ManagedWarnings {
    private static final IdentityId BY = new IdentityId("system:expiry");
    private static final int BATCH = 200;

    private static final String DUE = """
            with due as (
                select c.tenant_id, c.certificate_id, a.name as account, v.version, v.serial, c.names, v.not_after, passed.threshold,
                    c.certificate_id::text || '/' || v.version as subject
                from acme_certificate c
                join acme_certificate_version v on v.tenant_id = c.tenant_id and v.certificate_id = c.certificate_id and v.version = c.version
                join acme_account a on a.tenant_id = c.tenant_id and a.account_id = c.account_id
                cross join lateral (
                    select b.before as threshold from unnest(array['1d', '7d', '30d']) as b (before)
                    where v.not_after - b.before::interval <= ?::timestamptz and v.not_after - v.not_before >= 2 * b.before::interval
                    order by b.before::interval limit 1
                ) passed
                where c.tenant_id = ? and v.not_after > ?::timestamptz and v.not_after <= ?::timestamptz + interval '30 days' and v.revoked_at is null
                    and not exists (
                        select from expiry_notice n
                        where n.tenant_id = c.tenant_id and n.kind = 'managed' and n.subject = c.certificate_id::text || '/' || v.version
                            and n.threshold::interval <= passed.threshold::interval)
                order by v.not_after limit ?
            ), told as (
                insert into expiry_notice as old (tenant_id, kind, subject, expires_at, threshold)
                select due.tenant_id, 'managed', due.subject, due.not_after, due.threshold from due
                on conflict (tenant_id, kind, subject) do update set expires_at = excluded.expires_at, threshold = excluded.threshold
            )
            select certificate_id, account, version, serial, names, not_after, threshold from due
            """;

    private final TenantTransactions transactions;
    private final AuditEntries entries;
    private final Ids ids;
    private final Clock clock;

    public ManagedWarnings(TenantTransactions transactions, AuditEntries entries, Ids ids, Clock clock) {
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
        List<Due> due = tx.query(DUE, ManagedWarnings::due, now, tx.tenant().value(), now, now, BATCH);
        for (Due each : due) {
            Attempt attempt = new Attempt(
                    tx.tenant(),
                    AuditAction.PKI_CERTIFICATE_EXPIRING,
                    BY,
                    null,
                    AcmeAccount.virtualPath(each.account()).value(),
                    null,
                    null,
                    ids.next("req_"),
                    System.nanoTime());
            tx.update(
                    AuditRows.INSERT,
                    AuditRows.arguments(entries.succeeded(attempt).withExtra(each.facts(now))));
        }
        return due.size();
    }

    private static Due due(ResultSet row, int number) throws SQLException {
        return new Due(
                row.getObject(1, UUID.class),
                row.getString(2),
                row.getInt(3),
                row.getString(4),
                Arrays.asList((String[]) row.getArray(5).getArray()),
                row.getObject(6, OffsetDateTime.class).toInstant(),
                row.getString(7));
    }

    private record Due(
            UUID id,
            String account,
            int version,
            String serial,
            List<String> names,
            Instant notAfter,
            String threshold) {
        Map<String, Object> facts(Instant now) {
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("certificate_id", ManagedCertificate.idText(id));
            facts.put("acme_account", account);
            facts.put("names", names);
            facts.put("version", version);
            facts.put("serial_number", CertificateVersion.serialText(serial));
            facts.put("expires_at", notAfter.toString());
            facts.put("threshold", threshold);
            facts.put("days_remaining", Duration.between(now, notAfter).toDays());
            return facts;
        }

        @Override
        public String toString() {
            return "Due[" + id + "]";
        }
    }
}
