package ai.scailabs.vault.audit.log;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Goes back in time along one index and takes what is wanted, row after row, until the page is full or it has looked at as many rows as a page may cost. Each index has a
 * statement of its own, since the plan must not depend on the filters.
 */
final class EntryWalk {
    /** Rows that a walk looks at; takes about ten milliseconds. */
    static final int LONGEST = 10_000;
    /** For what may lie at hand, where there is another way to go on. */
    static final int SHORT = 2_000;
    /** Rows that lie apart from each other, as those of one action do: nearly each is another page of the table. */
    private static final int SCATTERED = 5_000;

    private static final String BEGIN = "select " + EntryRows.COLUMNS + """
            , walked, wanted
            from (
                select
            """ + EntryRows.COLUMNS
            + ", row_number() over (order by occurred_at desc, log_id desc) as walked, "
            + EntryFilter.SQL + """
             as wanted
                from audit_log a
                where tenant_id = ? and occurred_at >= ? and occurred_at <= ? and (occurred_at, log_id) < (?, ?)
            """;

    private static final String END = """
            ) a
            where walked <= ? and (wanted or walked = ?)
            order by occurred_at desc, log_id desc
            limit ?
            """;

    private static final String BY_TIME = BEGIN + END;
    private static final String BY_REQUEST =
            BEGIN + "and request_id = ? and request_apart is distinct from false" + END;
    private static final String BY_TIME_OF_REQUEST = BEGIN + "and request_apart is false" + END;
    private static final String BY_ACTION = BEGIN + "and action = ? and action <> 'read'" + END;
    private static final String BY_FAILURE = BEGIN + "and not success" + END;

    private final IndexOrder index;

    EntryWalk(TenantTransactions tenants) {
        this.index = new IndexOrder(tenants);
    }

    /** @param rows to look at, at most */
    AuditPage byTime(TenantId tenant, AuditQuery query, AuditPosition start, int rows) {
        return page(
                query, rows, index.query(tenant, BY_TIME, EntryWalk::row, arguments(tenant, query, start, null, rows)));
    }

    /** Those that are apart from their requests. */
    AuditPage byRequest(TenantId tenant, AuditQuery query, String requestId) {
        return page(
                query,
                SCATTERED,
                index.query(
                        tenant,
                        BY_REQUEST,
                        EntryWalk::row,
                        arguments(tenant, query, query.start(), requestId, SCATTERED)));
    }

    /** Those that are not apart from their requests, which {@link #byRequest} does not show. */
    AuditPage byTimeOfRequest(TenantId tenant, AuditQuery query) {
        return page(
                query,
                LONGEST,
                index.query(
                        tenant,
                        BY_TIME_OF_REQUEST,
                        EntryWalk::row,
                        arguments(tenant, query, query.start(), null, LONGEST)));
    }

    /** @param action another one than {@code read}, which has no index */
    AuditPage byAction(TenantId tenant, AuditQuery query, String action) {
        return page(
                query,
                SCATTERED,
                index.query(
                        tenant, BY_ACTION, EntryWalk::row, arguments(tenant, query, query.start(), action, SCATTERED)));
    }

    AuditPage byFailure(TenantId tenant, AuditQuery query) {
        return page(
                query,
                SCATTERED,
                index.query(
                        tenant, BY_FAILURE, EntryWalk::row, arguments(tenant, query, query.start(), null, SCATTERED)));
    }

    private static @Nullable Object[] arguments(
            TenantId tenant, AuditQuery query, AuditPosition start, @Nullable String key, int rows) {
        List<Object> place = List.of(tenant.value(), query.first(), start.occurredAt(), start.occurredAt(), start.id());
        List<Object> bounds = List.of(rows, rows, query.limit() + 1);
        List<Object> behind = new ArrayList<>(place);
        if (key != null) {
            behind.add(key);
        }
        behind.addAll(bounds);
        return EntryFilter.between(List.of(), query, behind.toArray());
    }

    private static AuditPage page(AuditQuery query, int longest, List<Row> rows) {
        List<RecordedEntry> wanted =
                rows.stream().filter(Row::wanted).map(Row::entry).toList();
        boolean stopped = !rows.isEmpty() && rows.getLast().walked() == longest;
        return AuditPage.of(
                wanted, query.limit(), stopped ? rows.getLast().entry().position() : null);
    }

    private static Row row(ResultSet row, int number) throws SQLException {
        return new Row(EntryRows.read(row), row.getInt(16), row.getBoolean(17));
    }

    private record Row(RecordedEntry entry, int walked, boolean wanted) {}
}
