package ai.scailabs.vault.pki.issuance;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.timing.RenewalJournal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The SQL of renewals. Methods that take a transaction belong to a change that writes its audit row in the same one. */
final class RenewalRepository {
    private final TenantTransactions transactions;

    RenewalRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    /**
     * For a certificate that is written in the same transaction.
     *
     * @param dueAt null for never
     * @throws org.springframework.dao.DuplicateKeyException when another has its place in the line
     */
    static void insert(TenantTransaction tx, UUID certificate, RenewalPlan plan, @Nullable Instant dueAt) {
        DueRenewal before = plan.before();
        tx.update(
                """
                insert into certificate_renewal (tenant_id, certificate_id, line_id, place, auto_renew, ttl_seconds, due_at) values (?, ?, ?, ?, ?, ?, ?)
                """,
                tx.tenant().value(),
                certificate,
                before == null ? certificate : before.line(),
                before == null ? 1 : before.place() + 1,
                plan.wanted(),
                plan.timeToLive().toSeconds(),
                dueAt);
    }

    /** Another comes in its place. False when it was revoked meanwhile, or is not to be renewed any more. */
    static boolean giveWay(TenantTransaction tx, DueRenewal before) {
        return tx.update("""
                        update certificate_renewal r set due_at = null, attempts = 0, error_code = null, error_message = null
                        from certificate c
                        where r.tenant_id = ? and r.certificate_id = ? and r.auto_renew and r.due_at is not null
                            and c.tenant_id = r.tenant_id and c.certificate_id = r.certificate_id and c.status = 'issued'
                        """, tx.tenant().value(), before.certificate()) > 0;
    }

    /**
     * Takes it on, so that no other instance does. Empty when it is not due, or another has it.
     *
     * @param until another may try
     */
    Optional<DueRenewal> take(TenantId tenant, UUID certificate, Instant now, Instant until) {
        return transactions.queryOne(
                tenant, """
                update certificate_renewal r set due_at = ?
                from certificate c, certificate_authority a, tenant t
                where r.tenant_id = ? and r.certificate_id = ? and r.due_at <= ? and c.tenant_id = r.tenant_id and c.certificate_id = r.certificate_id
                    and a.tenant_id = c.tenant_id and a.ca_id = c.ca_id and t.tenant_id = r.tenant_id and c.role is not null
                returning t.partner_id, r.certificate_id, r.line_id, r.place, c.role, c.certificate, c.not_after, r.ttl_seconds, r.attempts, r.due_at,
                    case
                        when a.status = 'revoked' then 'revoked'
                        when c.status = 'issued' then 'good'
                        when exists (
                            select from certificate_revocation v
                            where v.tenant_id = c.tenant_id and v.ca_id = c.ca_id and v.ca_generation = c.ca_generation and v.serial = c.serial
                                and v.reason = 6) then 'on_hold'
                        else 'revoked'
                    end as standing
                """, (results, index) -> due(tenant, results), until, tenant.value(), certificate, now);
    }

    private static DueRenewal due(TenantId tenant, ResultSet results) throws SQLException {
        return new DueRenewal(
                tenant,
                new PartnerId(results.getString("partner_id")),
                results.getObject("certificate_id", UUID.class),
                results.getObject("line_id", UUID.class),
                results.getInt("place"),
                results.getString("role"),
                results.getBytes("certificate"),
                results.getObject("not_after", OffsetDateTime.class).toInstant(),
                Duration.ofSeconds(results.getLong("ttl_seconds")),
                DueRenewal.Standing.valueOf(results.getString("standing").toUpperCase(Locale.ROOT)),
                results.getInt("attempts"),
                results.getObject("due_at", OffsetDateTime.class).toInstant());
    }

    /**
     * Not now, and nobody is to blame.
     *
     * @param next null for never
     */
    void postpone(DueRenewal due, @Nullable Instant next) {
        transactions.update(
                due.tenant(),
                "update certificate_renewal set due_at = ? where tenant_id = ? and certificate_id = ? and due_at = ?",
                next,
                due.tenant().value(),
                due.certificate(),
                due.takenUntil());
    }

    /** False when somebody else has taken it on, or changed whether it is renewed. */
    boolean fail(TenantTransaction tx, DueRenewal due, RenewalJournal.Failure failure) {
        return tx.update(
                        """
                        update certificate_renewal set due_at = ?, attempts = attempts + 1, error_code = ?, error_message = ?
                        where tenant_id = ? and certificate_id = ? and due_at = ?
                        """,
                        failure.nextAt(),
                        failure.code().code(),
                        failure.message(),
                        tx.tenant().value(),
                        due.certificate(),
                        due.takenUntil())
                > 0;
    }

    /** What a change of it depends on; nobody else changes it until the transaction ends. Empty where no key is kept. */
    Optional<Renewable> lock(TenantTransaction tx, UUID certificate) {
        return tx.queryOne(
                """
                select r.auto_renew, r.ttl_seconds, c.status, c.not_after,
                    (select n.certificate_id from certificate_renewal n where n.tenant_id = r.tenant_id and n.line_id = r.line_id and n.place = r.place + 1)
                        as renewed_by
                from certificate_renewal r join certificate c on c.tenant_id = r.tenant_id and c.certificate_id = r.certificate_id
                where r.tenant_id = ? and r.certificate_id = ? for no key update of r
                """,
                (results, index) -> new Renewable(
                        results.getBoolean("auto_renew"),
                        Duration.ofSeconds(results.getLong("ttl_seconds")),
                        !results.getString("status").equals("issued"),
                        results.getObject("not_after", OffsetDateTime.class).toInstant(),
                        results.getObject("renewed_by", UUID.class)),
                tx.tenant().value(),
                certificate);
    }

    /** @param dueAt null for never */
    void change(TenantTransaction tx, UUID certificate, boolean autoRenew, @Nullable Instant dueAt) {
        tx.update("""
                update certificate_renewal set auto_renew = ?, due_at = ?, attempts = 0, error_code = null, error_message = null
                where tenant_id = ? and certificate_id = ?
                """, autoRenew, dueAt, tx.tenant().value(), certificate);
    }

    /** The role by which a certificate was issued, or the name of none. */
    Optional<String> role(TenantId tenant, UUID certificate) {
        return transactions.queryOne(
                tenant,
                "select coalesce(role, '-') from certificate where tenant_id = ? and certificate_id = ?",
                (results, index) -> results.getString(1),
                tenant.value(),
                certificate);
    }

    void record(TenantTransaction tx, AuditEntry entry) {
        tx.update(AuditRows.INSERT, AuditRows.arguments(entry));
    }

    /**
     * @param revoked or on hold
     * @param renewedBy what has come in its place
     */
    record Renewable(
            boolean autoRenew,
            Duration timeToLive,
            boolean revoked,
            Instant notAfter,
            @Nullable UUID renewedBy) {}
}
