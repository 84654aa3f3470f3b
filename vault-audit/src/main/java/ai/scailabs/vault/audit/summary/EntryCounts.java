package ai.scailabs.vault.audit.summary;

import ai.scailabs.vault.audit.log.RecordedEntry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** How many entries there are of each kind in each minute or day. */
final class EntryCounts {
    private static final String ROWS = """
             (tenant_id, began_at, action, error_code, identity_type, entries)
            select tenant_id, timestamptz 'epoch' + second * interval '1 second', action, error_code, identity_type, entries
            from unnest(?::text[], ?::bigint[], ?::text[], ?::text[], ?::text[], ?::bigint[])
                as counted (tenant_id, second, action, error_code, identity_type, entries)
            on conflict (tenant_id, began_at, action, error_code, identity_type)
            """;
    private static final String TO_MINUTES =
            "insert into audit_minute" + ROWS + "do update set entries = audit_minute.entries + excluded.entries";
    private static final String TO_DAYS =
            "insert into audit_day" + ROWS + "do update set entries = audit_day.entries + excluded.entries";

    private final Map<Kind, Long> counts;

    private EntryCounts(Map<Kind, Long> counts) {
        this.counts = new TreeMap<>(counts);
    }

    static EntryCounts byMinute(List<RecordedEntry> entries) {
        Map<Kind, Long> counts = new HashMap<>();
        for (RecordedEntry entry : entries) {
            long second = entry.occurredAt().getEpochSecond();
            Kind kind = new Kind(
                    entry.tenantId(),
                    second - Math.floorMod(second, 60),
                    entry.action(),
                    entry.errorCode() == null ? "" : entry.errorCode(),
                    entry.identityType() == null ? "" : entry.identityType());
            counts.merge(kind, 1L, Long::sum);
        }
        return new EntryCounts(counts);
    }

    /** By UTC. */
    EntryCounts byDay() {
        Map<Kind, Long> days = new HashMap<>();
        counts.forEach((kind, count) -> days.merge(kind.ofItsDay(), count, Long::sum));
        return new EntryCounts(days);
    }

    void addToMinutes(Connection worker) throws SQLException {
        try (PreparedStatement statement = worker.prepareStatement(TO_MINUTES)) {
            write(worker, statement);
        }
    }

    void addToDays(Connection worker) throws SQLException {
        try (PreparedStatement statement = worker.prepareStatement(TO_DAYS)) {
            write(worker, statement);
        }
    }

    private void write(Connection worker, PreparedStatement statement) throws SQLException {
        statement.setArray(1, worker.createArrayOf("text", column(Kind::tenant)));
        statement.setArray(2, worker.createArrayOf("int8", column(Kind::second)));
        statement.setArray(3, worker.createArrayOf("text", column(Kind::action)));
        statement.setArray(4, worker.createArrayOf("text", column(Kind::errorCode)));
        statement.setArray(5, worker.createArrayOf("text", column(Kind::identityType)));
        statement.setArray(6, worker.createArrayOf("int8", counts.values().toArray()));
        statement.executeUpdate();
    }

    private Object[] column(Function<Kind, Object> value) {
        return counts.keySet().stream().map(value).toArray();
    }

    private record Kind(String tenant, long second, String action, String errorCode, String identityType)
            implements Comparable<Kind> {
        private static final Comparator<Kind> ORDER = Comparator.comparing(Kind::tenant)
                .thenComparingLong(Kind::second)
                .thenComparing(Kind::action)
                .thenComparing(Kind::errorCode)
                .thenComparing(Kind::identityType);

        Kind ofItsDay() {
            return new Kind(tenant, second - Math.floorMod(second, 86_400), action, errorCode, identityType);
        }

        @Override
        public int compareTo(Kind other) {
            return ORDER.compare(this, other);
        }
    }
}
