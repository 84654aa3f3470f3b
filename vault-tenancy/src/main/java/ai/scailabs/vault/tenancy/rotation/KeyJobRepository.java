package ai.scailabs.vault.tenancy.rotation;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The rows of jobs, each in its own space. */
final class KeyJobRepository {
    private static final String SELECT =
            "select tenant_id, job_id, kind, trigger, requested_by, status, created_at, started_at, finished_at, key_id,"
                    + " step, position, root_key_ids, barrier, again, total, succeeded, failed, revision, failures, retry_at, problem, held_up"
                    + " from key_job";

    /** Whoever could still write under an older generation: a session of this login that has not ended what it did when the barrier was made, or looks at what was before. */
    private static final String WRITERS_FROM_BEFORE = """
            select exists (
                select from pg_stat_activity a
                where a.datname = current_database() and a.usename = session_user and a.pid <> pg_backend_pid()
                    and (age(a.backend_xid) >= age(?::text::xid8::xid) or age(a.backend_xmin) >= age(?::text::xid8::xid)))
            """;

    private final TenantTransactions transactions;

    KeyJobRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    /**
     * False when one of the kind is under way: in the space, or anywhere for the root.
     *
     * @param rootKeyIds that are to wrap; absent where that does not matter
     */
    boolean add(TenantTransaction tx, KeyJob job, KeyJobStep first, @Nullable String rootKeyIds) {
        return tx.update(
                        """
                        insert into key_job (tenant_id, job_id, kind, trigger, requested_by, status, created_at, touched_at, step, root_key_ids)
                        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        on conflict do nothing
                        """,
                        tx.tenant().value(),
                        job.id(),
                        job.kind().wireName(),
                        job.trigger().wireName(),
                        job.requestedBy(),
                        job.status().name(),
                        job.createdAt(),
                        job.createdAt(),
                        first.name(),
                        rootKeyIds)
                > 0;
    }

    Optional<String> underWay(TenantTransaction tx, KeyJobKind kind) {
        return tx.queryOne(
                "select job_id from key_job where tenant_id = ? and kind = ? and status in ('PENDING', 'RUNNING')",
                (row, number) -> row.getString(1),
                tx.tenant().value(),
                kind.wireName());
    }

    /** @param kinds that are looked for */
    Optional<KeyJob> find(TenantId space, String[] kinds, String id) {
        return transactions.queryOne(
                space,
                SELECT + " where tenant_id = ? and job_id = ? and kind = any(?::text[])",
                (row, number) -> open(row).job(),
                space.value(),
                id,
                kinds);
    }

    Optional<OpenJob> open(TenantId space, String id) {
        return transactions.queryOne(
                space,
                SELECT + " where tenant_id = ? and job_id = ? and status in ('PENDING', 'RUNNING')",
                (row, number) -> open(row),
                space.value(),
                id);
    }

    /** The newest first. @param before the id of the last of the page before; null to begin */
    List<KeyJob> page(TenantId space, String[] kinds, int limit, @Nullable String before) {
        return transactions.query(
                space,
                SELECT + " where tenant_id = ? and job_id < ? and kind = any(?::text[]) order by job_id desc limit ?",
                (row, number) -> open(row).job(),
                space.value(),
                // Behind every id.
                before == null ? KeyService.JOB_PREFIX + "~" : before,
                kinds,
                limit);
    }

    /**
     * It has come on: earlier failures count no more.
     *
     * @throws StepTakenElsewhere when its row is not as it was seen, and then nothing of the transaction may stay
     */
    void advance(TenantTransaction tx, OpenJob seen, OpenJob.State next, Instant now) {
        int advanced = tx.update(
                """
                update key_job
                set status = 'RUNNING', started_at = coalesce(started_at, ?::timestamptz), step = ?, position = ?, barrier = ?::bigint, again = ?, key_id = ?::uuid,
                    total = ?::bigint, succeeded = ?, failed = ?, problem = ?::text, revision = revision + 1, failures = 0, retry_at = null, held_up = null, touched_at = ?
                where tenant_id = ? and job_id = ? and revision = ? and status in ('PENDING', 'RUNNING')
                """,
                now,
                next.step().name(),
                next.position(),
                next.barrier(),
                next.again(),
                next.keyId() == null ? null : next.keyId().value(),
                next.total(),
                next.succeeded(),
                next.failed(),
                next.problem(),
                now,
                tx.tenant().value(),
                seen.job().id(),
                seen.revision());
        if (advanced == 0) {
            throw new StepTakenElsewhere();
        }
    }

    /** @param why absent to leave what stands there */
    void postpone(OpenJob seen, int failures, Instant retryAt, @Nullable String why, Instant now) {
        transactions.update(
                seen.space(),
                """
                update key_job
                set status = 'RUNNING', started_at = coalesce(started_at, ?::timestamptz), failures = ?, retry_at = ?, held_up = coalesce(?::text, held_up), touched_at = ?
                where tenant_id = ? and job_id = ? and revision = ? and status in ('PENDING', 'RUNNING')
                """,
                now,
                failures,
                retryAt,
                why,
                now,
                seen.space().value(),
                seen.job().id(),
                seen.revision());
    }

    /** @throws StepTakenElsewhere as {@link #advance} */
    void finish(TenantTransaction tx, OpenJob seen, KeyJobStatus status, @Nullable String problem, Instant now) {
        int finished = tx.update(
                """
                update key_job
                set status = ?, finished_at = ?, started_at = coalesce(started_at, ?::timestamptz), retry_at = null, held_up = null, touched_at = ?, revision = revision + 1, problem = ?::text
                where tenant_id = ? and job_id = ? and revision = ? and status in ('PENDING', 'RUNNING')
                """,
                status.name(),
                now,
                now,
                now,
                problem,
                tx.tenant().value(),
                seen.job().id(),
                seen.revision());
        if (finished == 0) {
            throw new StepTakenElsewhere();
        }
    }

    static long currentTransaction(TenantTransaction tx) {
        return tx.queryOne("select pg_current_xact_id()::text::bigint", (row, number) -> row.getLong(1))
                .orElseThrow();
    }

    /** Whether somebody is still at what they began before that transaction was over. */
    boolean hasWritersFromBefore(TenantId space, long transaction) {
        String barrier = String.valueOf(transaction);
        return transactions
                .queryOne(space, WRITERS_FROM_BEFORE, (row, number) -> row.getBoolean(1), barrier, barrier)
                .orElseThrow();
    }

    private static OpenJob open(ResultSet row) throws SQLException {
        UUID key = row.getObject("key_id", UUID.class);
        KeyId keyId = key == null ? null : KeyId.of(key);
        String heldUp = row.getString("held_up");
        KeyJob job = new KeyJob(
                new TenantId(row.getString("tenant_id")),
                row.getString("job_id"),
                KeyJobKind.of(row.getString("kind")),
                KeyJobTrigger.of(row.getString("trigger")),
                row.getString("requested_by"),
                KeyJobStatus.valueOf(row.getString("status")),
                time(row, "created_at").orElseThrow(),
                time(row, "started_at").orElse(null),
                time(row, "finished_at").orElse(null),
                keyId,
                row.getObject("total", Long.class),
                row.getLong("succeeded"),
                row.getLong("failed"),
                time(row, "retry_at").orElse(null),
                heldUp == null ? row.getString("problem") : heldUp);
        OpenJob.State state = new OpenJob.State(
                KeyJobStep.valueOf(row.getString("step")),
                row.getString("position"),
                row.getObject("barrier", Long.class),
                row.getBoolean("again"),
                keyId,
                job.total(),
                job.succeeded(),
                job.failed(),
                row.getString("problem"));
        return new OpenJob(job, state, row.getString("root_key_ids"), row.getLong("revision"), row.getInt("failures"));
    }

    private static Optional<Instant> time(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }

    /** Another instance has done the step. */
    static final class StepTakenElsewhere extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
