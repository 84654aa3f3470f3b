package ai.scailabs.vault.events.outbox;

import ai.scailabs.vault.audit.log.RecordedEntry;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An event as it is written down.
 *
 * @param queues of those who fetch it
 */
record EventRow(RecordedEntry entry, EventFilter.Facts facts, String body, List<String> queues) {
    private static final String INSERT = """
            insert into event (tenant_id, position, event_id, event_type, occurred_at, path, secret_type, tags, body, addressed)
            select o.tenant_id, nextval('event_position'), o.event_id, o.event_type, o.occurred_at, o.path, o.secret_type, o.tags, o.body, o.addressed
            from (
                select u.tenant_id, u.event_id, u.event_type, a.occurred_at, u.path, u.secret_type, u.tags, u.body, u.addressed
                from unnest(?::text[], ?::uuid[], ?::text[], ?::bigint[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
                    as u (tenant_id, event_id, event_type, micros, path, secret_type, tags, body, addressed)
                join audit_log a on a.tenant_id = u.tenant_id and a.log_id = u.event_id
                    and a.occurred_at = timestamptz 'epoch' + u.micros * interval '1 microsecond'
                order by a.written_in, a.occurred_at, a.log_id
            ) o
            on conflict (tenant_id, event_id) do nothing
            returning tenant_id, event_id, position
            """;

    private static final String QUEUE = """
            insert into event_queue (tenant_id, target_id, position)
            select tenant_id, target_id, position from unnest(?::text[], ?::text[], ?::bigint[]) as u (tenant_id, target_id, position)
            """;

    private static final String HEADS = """
            insert into event_head (tenant_id, position)
            select tenant_id, position from unnest(?::text[], ?::bigint[]) as u (tenant_id, position)
            on conflict (tenant_id) do update set position = excluded.position
            """;

    /** In the order of the transactions that wrote the entries: one that rests on what another changed has begun after it. How many were not there yet. */
    static int write(Connection worker, List<EventRow> rows) throws SQLException {
        Map<UUID, EventRow> byId = new HashMap<>();
        rows.forEach(row -> byId.put(row.entry().id(), row));
        Map<String, Long> heads = new HashMap<>();
        List<String> tenants = new ArrayList<>();
        List<String> targets = new ArrayList<>();
        List<Long> positions = new ArrayList<>();
        int written = 0;
        try (PreparedStatement statement = worker.prepareStatement(INSERT)) {
            bind(worker, statement, rows);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    written++;
                    String tenant = row.getString(1);
                    long position = row.getLong(3);
                    heads.merge(tenant, position, Math::max);
                    EventRow event = byId.get(row.getObject(2, UUID.class));
                    for (String queue : event == null ? List.<String>of() : event.queues()) {
                        tenants.add(tenant);
                        targets.add(queue);
                        positions.add(position);
                    }
                }
            }
        }
        if (!tenants.isEmpty()) {
            insert(worker, QUEUE, texts(worker, tenants), texts(worker, targets), numbers(worker, positions));
        }
        if (!heads.isEmpty()) {
            insert(
                    worker,
                    HEADS,
                    texts(worker, List.copyOf(heads.keySet())),
                    numbers(worker, heads.keySet().stream().map(heads::get).toList()));
        }
        return written;
    }

    private static void bind(Connection worker, PreparedStatement statement, List<EventRow> rows) throws SQLException {
        int n = rows.size();
        String[] tenants = new String[n];
        String[] ids = new String[n];
        String[] types = new String[n];
        Long[] micros = new Long[n];
        @Nullable String[] paths = new @Nullable String[n];
        @Nullable String[] secretTypes = new @Nullable String[n];
        @Nullable String[] tags = new @Nullable String[n];
        String[] bodies = new String[n];
        @Nullable String[] addressed = new @Nullable String[n];
        for (int i = 0; i < n; i++) {
            EventRow row = rows.get(i);
            tenants[i] = row.entry().tenantId();
            ids[i] = row.entry().id().toString();
            types[i] = row.facts().type().wireName();
            micros[i] = micros(row.entry());
            paths[i] = row.facts().path();
            secretTypes[i] = row.facts().secretType();
            tags[i] = EventBody.texts(row.facts().tags());
            addressed[i] = EventBody.texts(row.facts().addressed());
            bodies[i] = row.body();
        }
        statement.setArray(1, worker.createArrayOf("text", tenants));
        statement.setArray(2, worker.createArrayOf("text", ids));
        statement.setArray(3, worker.createArrayOf("text", types));
        statement.setArray(4, worker.createArrayOf("int8", micros));
        statement.setArray(5, worker.createArrayOf("text", paths));
        statement.setArray(6, worker.createArrayOf("text", secretTypes));
        statement.setArray(7, worker.createArrayOf("text", tags));
        statement.setArray(8, worker.createArrayOf("text", bodies));
        statement.setArray(9, worker.createArrayOf("text", addressed));
    }

    private static long micros(RecordedEntry entry) {
        return entry.occurredAt().getEpochSecond() * 1_000_000
                + entry.occurredAt().getNano() / 1_000;
    }

    private static void insert(Connection worker, String sql, Array... columns) throws SQLException {
        try (PreparedStatement statement = worker.prepareStatement(sql)) {
            for (int i = 0; i < columns.length; i++) {
                statement.setArray(i + 1, columns[i]);
            }
            statement.executeUpdate();
        }
    }

    private static Array texts(Connection worker, List<String> values) throws SQLException {
        return worker.createArrayOf("text", values.toArray());
    }

    private static Array numbers(Connection worker, List<Long> values) throws SQLException {
        return worker.createArrayOf("int8", values.toArray());
    }
}
