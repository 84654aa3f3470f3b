package ai.scailabs.vault.tenancy.erasure;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of erasures, each in its space. */
final class ErasureRepository {
    private static final String SELECT =
            "select tenant_id, erasure_id, level, subject, status, requested_by, requested_at, due_at, expires_at, confirmed_by,"
                    + " confirmed_at, cancelled_by, finished_at, report::text as report_text from key_erasure";

    private final TenantTransactions transactions;

    ErasureRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    void add(TenantTransaction tx, Erasure erasure) {
        tx.update(
                """
                insert into key_erasure (tenant_id, erasure_id, level, subject, status, requested_by, requested_at, due_at, expires_at)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                tx.tenant().value(),
                erasure.id(),
                erasure.level().wireName(),
                erasure.subject(),
                erasure.status().name(),
                erasure.requestedBy(),
                erasure.requestedAt(),
                erasure.dueAt(),
                erasure.expiresAt());
    }

    /** One that is not over, and has not expired. Locked, so that two requests for the same keys do not both find none. */
    Optional<Erasure> open(TenantTransaction tx, ErasureLevel level, String subject, Instant now) {
        tx.queryOne(
                "select pg_advisory_xact_lock(hashtextextended(?, 0))",
                (row, number) -> true,
                "key_erasure " + tx.tenant() + " " + subject);
        return tx.queryOne(
                SELECT
                        + " where tenant_id = ? and level = ? and subject = ? and (status = 'CONFIRMED' or status = 'SCHEDULED' and expires_at > ?)",
                (row, number) -> erasure(row),
                tx.tenant().value(),
                level.wireName(),
                subject,
                now);
    }

    Optional<Erasure> find(TenantId space, String id) {
        return transactions.queryOne(
                space,
                SELECT + " where tenant_id = ? and erasure_id = ?",
                (row, number) -> erasure(row),
                space.value(),
                id);
    }

    /** Until the end of the transaction nobody else changes it. */
    Optional<Erasure> lock(TenantTransaction tx, String id) {
        return tx.queryOne(
                SELECT + " where tenant_id = ? and erasure_id = ? for update",
                (row, number) -> erasure(row),
                tx.tenant().value(),
                id);
    }

    /** The newest first, without their reports. @param before the id of the last of the page before */
    List<Erasure> page(TenantId space, int limit, @Nullable String before) {
        return transactions.query(
                space,
                SELECT + " where tenant_id = ? and erasure_id < ? order by erasure_id desc limit ?",
                (row, number) -> erasure(row),
                space.value(),
                before == null ? ErasureService.PREFIX + "~" : before,
                limit);
    }

    void confirm(TenantTransaction tx, String id, String by, Instant now) {
        tx.update(
                "update key_erasure set status = 'CONFIRMED', confirmed_by = ?, confirmed_at = ? where tenant_id = ? and erasure_id = ?",
                by,
                now,
                tx.tenant().value(),
                id);
    }

    void cancel(TenantTransaction tx, String id, String by, Instant now) {
        tx.update(
                "update key_erasure set status = 'CANCELLED', cancelled_by = ?, finished_at = ? where tenant_id = ? and erasure_id = ?",
                by,
                now,
                tx.tenant().value(),
                id);
    }

    /** False when it was completed before. */
    boolean complete(TenantTransaction tx, String id, String report, Instant now) {
        return tx.update("""
                        update key_erasure set status = 'COMPLETED', finished_at = ?, report = ?::jsonb
                        where tenant_id = ? and erasure_id = ? and status = 'CONFIRMED'
                        """, now, report, tx.tenant().value(), id) > 0;
    }

    private static Erasure erasure(ResultSet row) throws SQLException {
        return new Erasure(
                new TenantId(row.getString("tenant_id")),
                row.getString("erasure_id"),
                ErasureLevel.of(row.getString("level")),
                row.getString("subject"),
                ErasureStatus.valueOf(row.getString("status")),
                row.getString("requested_by"),
                time(row, "requested_at").orElseThrow(),
                time(row, "due_at").orElseThrow(),
                time(row, "expires_at").orElseThrow(),
                row.getString("confirmed_by"),
                time(row, "confirmed_at").orElse(null),
                row.getString("cancelled_by"),
                time(row, "finished_at").orElse(null),
                row.getString("report_text"));
    }

    private static Optional<Instant> time(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }
}
