package ai.scailabs.vault.audit.summary;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Sums up a period of a tenant's log, to the microsecond: days and minutes from the counts, what is left at both ends from the log itself. */
public final class AuditSummaries {
    /** Entries that are counted one by one at one end. */
    private static final int MOST = 50_000;

    private static final String COUNTED = "select counted_before from audit_counted";

    private static final String SUM = """
            select part, action, error_code, identity_type, sum(entries)
            from (
                select 0 as part, action, error_code, identity_type, entries from audit_day
                where tenant_id = ? and began_at >= ? and began_at < ?
                union all
                select 0, action, error_code, identity_type, entries from audit_minute
                where tenant_id = ? and began_at >= ? and began_at < ?
                union all
                select 0, action, error_code, identity_type, entries from audit_minute
                where tenant_id = ? and began_at >= ? and began_at < ?
                union all
                select 1, action, coalesce(error_code, ''), coalesce(identity_type, ''), 1 from (
                    select action, error_code, identity_type from audit_log
                    where tenant_id = ? and occurred_at >= ? and occurred_at < ? limit ?) early
                union all
                select 2, action, coalesce(error_code, ''), coalesce(identity_type, ''), 1 from (
                    select action, error_code, identity_type from audit_log
                    where tenant_id = ? and occurred_at >= ? and occurred_at < ? limit ?) late
            ) counted
            group by part, action, error_code, identity_type
            """;

    private final TenantTransactions tenants;

    public AuditSummaries(TenantTransactions tenants) {
        this.tenants = tenants;
    }

    /** @param to not before {@code from} */
    public AuditSummary of(TenantId tenant, Instant from, Instant to) {
        Instant counted =
                tenants.queryOne(tenant, COUNTED, (row, number) -> time(row)).orElseThrow();
        Parts parts = Parts.of(from, to, counted);
        String id = tenant.value();
        List<Counted> rows = tenants.query(
                tenant,
                SUM,
                AuditSummaries::counted,
                id,
                parts.firstDay(),
                parts.endOfDays(),
                id,
                parts.firstMinute(),
                parts.firstDay(),
                id,
                parts.endOfDays(),
                parts.endOfMinutes(),
                id,
                from,
                parts.firstMinute(),
                MOST,
                id,
                parts.endOfMinutes(),
                to,
                MOST);
        return summary(from, to, rows);
    }

    private static AuditSummary summary(Instant from, Instant to, List<Counted> rows) {
        long[] byPart = new long[3];
        long successes = 0;
        Map<String, Long> actions = new TreeMap<>();
        Map<String, Long> failures = new TreeMap<>();
        Map<String, Long> types = new TreeMap<>();
        for (Counted row : rows) {
            byPart[row.part()] += row.entries();
            successes += row.errorCode().isEmpty() ? row.entries() : 0;
            actions.merge(row.action(), row.entries(), Long::sum);
            failures.merge(row.errorCode(), row.entries(), Long::sum);
            types.merge(row.identityType(), row.entries(), Long::sum);
        }
        failures.remove("");
        types.remove("");
        boolean complete = byPart[1] < MOST && byPart[2] < MOST;
        long all = byPart[0] + byPart[1] + byPart[2];
        return new AuditSummary(from, to, complete, all, successes, actions, failures, types);
    }

    private static Counted counted(ResultSet row, int number) throws SQLException {
        return new Counted(row.getInt(1), row.getString(2), row.getString(3), row.getString(4), row.getLong(5));
    }

    private static Instant time(ResultSet row) throws SQLException {
        return row.getObject(1, OffsetDateTime.class).toInstant();
    }

    private record Counted(int part, String action, String errorCode, String identityType, long entries) {}

    /** A period is its first entries, whole minutes, whole days, whole minutes, and its last entries; each may be empty. */
    private record Parts(Instant firstMinute, Instant firstDay, Instant endOfDays, Instant endOfMinutes) {
        static Parts of(Instant from, Instant to, Instant counted) {
            Instant end = (counted.isBefore(to) ? counted : to).truncatedTo(ChronoUnit.MINUTES);
            Instant first = ceiling(from, ChronoUnit.MINUTES);
            if (!first.isBefore(end)) {
                // Nothing is counted that lies in it as a whole: all of it is its last entries.
                return new Parts(from, from, from, from);
            }
            Instant firstDay = ceiling(first, ChronoUnit.DAYS);
            Instant endOfDays = end.truncatedTo(ChronoUnit.DAYS);
            return firstDay.isBefore(endOfDays)
                    ? new Parts(first, firstDay, endOfDays, end)
                    : new Parts(first, end, end, end);
        }

        private static Instant ceiling(Instant time, ChronoUnit unit) {
            Instant floor = time.truncatedTo(unit);
            return floor.equals(time) ? time : floor.plus(1, unit);
        }
    }
}
