package ai.scailabs.vault.identity.sync;

import ai.scailabs.vault.identity.directory.GroupId;
import ai.scailabs.vault.identity.directory.ListPage;
import ai.scailabs.vault.identity.directory.PageRequest;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of comparisons, each in its own space. */
final class SyncRepository {
    private static final String COLUMNS =
            "tenant_id, sync_id, trigger, requested_by, status, started_at, finished_at, step, at_tenant, at_group,"
                    + " after_id, list_as_of, tenants, users, groups, memberships, vanished, failures, problem";

    private final TenantTransactions transactions;

    SyncRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    /** False when one of the space is under way. */
    boolean add(TenantTransaction tx, SyncRun run) {
        return tx.update(
                        """
                        insert into identity_sync (tenant_id, sync_id, trigger, requested_by, status, started_at, step)
                        values (?, ?, ?, ?, 'PENDING', ?, 'START')
                        on conflict (tenant_id) where status in ('PENDING', 'RUNNING') do nothing
                        """,
                        tx.tenant().value(),
                        run.id(),
                        run.scheduled() ? "schedule" : "request",
                        run.requestedBy(),
                        run.startedAt())
                > 0;
    }

    Optional<OpenRun> underWay(TenantTransaction tx) {
        return tx.queryOne(
                "select " + COLUMNS + " from identity_sync where tenant_id = ? and status in ('PENDING', 'RUNNING')",
                (row, number) -> open(row),
                tx.tenant().value());
    }

    Optional<OpenRun> underWay(TenantId space, String id) {
        return transactions.queryOne(
                space,
                "select " + COLUMNS
                        + " from identity_sync where tenant_id = ? and sync_id = ? and status in ('PENDING', 'RUNNING')",
                (row, number) -> open(row),
                space.value(),
                id);
    }

    /** It has come on: earlier failures count no more. */
    void advance(TenantId space, String id, SyncPosition position, SyncCounts counts) {
        transactions.update(
                space,
                """
                update identity_sync
                set status = 'RUNNING', step = ?, at_tenant = ?, at_group = ?, after_id = ?, list_as_of = ?::timestamptz, tenants = ?, users = ?, groups = ?,
                    memberships = ?, vanished = ?, failures = 0, retry_at = null
                where tenant_id = ? and sync_id = ?
                """,
                position.step().name(),
                position.tenant() == null ? null : position.tenant().value(),
                position.group() == null ? null : position.group().value(),
                position.after(),
                position.listAsOf(),
                counts.tenants(),
                counts.users(),
                counts.groups(),
                counts.memberships(),
                counts.vanished(),
                space.value(),
                id);
    }

    void postpone(TenantId space, String id, int failures, Instant retryAt, String problem) {
        transactions.update(
                space,
                "update identity_sync set status = 'RUNNING', failures = ?, retry_at = ?, problem = ? where tenant_id = ? and sync_id = ?",
                failures,
                retryAt,
                problem,
                space.value(),
                id);
    }

    void note(TenantId space, String id, String problem) {
        transactions.update(
                space,
                "update identity_sync set problem = ? where tenant_id = ? and sync_id = ?",
                problem,
                space.value(),
                id);
    }

    void finish(TenantTransaction tx, String id, SyncStatus status, Instant now, @Nullable String problem) {
        tx.update("""
                update identity_sync set status = ?, finished_at = ?, retry_at = null, problem = coalesce(?::text, problem)
                where tenant_id = ? and sync_id = ?
                """, status.name(), now, problem, tx.tenant().value(), id);
    }

    /** The newest first. */
    ListPage<SyncRun> history(TenantId space, PageRequest page) {
        long total = transactions
                .queryOne(
                        space,
                        "select count(*) from identity_sync where tenant_id = ?",
                        (row, number) -> row.getLong(1),
                        space.value())
                .orElse(0L);
        return new ListPage<>(
                transactions.query(
                        space,
                        "select " + COLUMNS
                                + " from identity_sync where tenant_id = ? order by started_at desc, sync_id desc limit ? offset ?",
                        (row, number) -> open(row).run(),
                        space.value(),
                        page.size(),
                        page.offset()),
                total);
    }

    /** The first tenant behind that one which the partner has. */
    Optional<TenantId> nextTenant(TenantId space, @Nullable TenantId after) {
        return transactions.queryOne(
                space,
                "select listed_id from identity_tenant where tenant_id = ? and status <> 'DELETED' and listed_id > ? order by listed_id limit 1",
                (row, number) -> new TenantId(row.getString(1)),
                space.value(),
                after == null ? "" : after.value());
    }

    /** The first group behind that one which the tenant has. */
    Optional<GroupId> nextGroup(TenantId tenant, @Nullable GroupId after) {
        return transactions.queryOne(
                tenant,
                "select group_id from identity_group where tenant_id = ? and status <> 'DELETED' and group_id > ? order by group_id limit 1",
                (row, number) -> new GroupId(row.getString(1)),
                tenant.value(),
                after == null ? "" : after.value());
    }

    private static OpenRun open(ResultSet row) throws SQLException {
        String tenant = row.getString("at_tenant");
        String group = row.getString("at_group");
        SyncRun run = new SyncRun(
                new TenantId(row.getString("tenant_id")),
                row.getString("sync_id"),
                row.getString("trigger").equals("schedule"),
                row.getString("requested_by"),
                SyncStatus.valueOf(row.getString("status")),
                time(row, "started_at").orElseThrow(),
                time(row, "finished_at").orElse(null),
                new SyncCounts(
                        row.getInt("tenants"),
                        row.getInt("users"),
                        row.getInt("groups"),
                        row.getInt("memberships"),
                        row.getInt("vanished")),
                row.getString("problem"));
        SyncPosition position = new SyncPosition(
                SyncStep.valueOf(row.getString("step")),
                tenant == null ? null : new TenantId(tenant),
                group == null ? null : new GroupId(group),
                row.getString("after_id"),
                time(row, "list_as_of").orElse(null));
        return new OpenRun(run, position, row.getInt("failures"));
    }

    private static Optional<Instant> time(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }
}
