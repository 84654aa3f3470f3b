package ai.scailabs.vault.events.outbox;

import ai.scailabs.vault.persistence.jdbc.JobLock;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import javax.sql.DataSource;

/** Takes away what is older than events are kept, and what waits in queues beyond their length, in small steps; and looks how much there is. Of all instances the one with the lock does so. */
public final class EventCleaner {
    private static final JobLock LOCK = new JobLock(0x5CA1_0000_0000_0011L);
    private static final int STEP = 2_000;
    private static final int MOST_COUNTED = 100_000;

    private static final String OLD_EVENTS = """
            delete from event e using (
                select o.tenant_id, o.position from event o where o.occurred_at < ? order by o.occurred_at limit ?
            ) old where e.tenant_id = old.tenant_id and e.position = old.position
            """;

    private static final String OLD_DELIVERIES = """
            delete from event_delivery d using (
                select o.tenant_id, o.target_id, o.delivery_id from event_delivery o where o.created_at < ? order by o.created_at limit ?
            ) old where d.tenant_id = old.tenant_id and d.target_id = old.target_id and d.delivery_id = old.delivery_id
            """;

    /** Nobody fetches from some queues for days. */
    private static final String OVERFLOW = """
            with long as (
                select g.tenant_id, g.target_id, edge.position
                from event_target g
                cross join lateral (
                    select q.position from event_queue q where q.tenant_id = g.tenant_id and q.target_id = g.target_id
                    order by q.position desc offset g.buffer_size limit 1
                ) edge
                where g.delivery = 'polling'
            ), gone as (
                delete from event_queue d using long
                where d.tenant_id = long.tenant_id and d.target_id = long.target_id and d.position <= long.position
                returning d.tenant_id, d.target_id
            ), counted as (select tenant_id, target_id, count(*) as events from gone group by tenant_id, target_id)
            update event_target t set dropped = t.dropped + counted.events from counted
            where t.tenant_id = counted.tenant_id and t.target_id = counted.target_id
            """;

    /** What webhooks have before them; up to a number of which nobody needs to know more. */
    private static final String BACKLOG = """
            select count(*), min(occurred_at) from (
                select e.occurred_at from event_target g
                join event e on e.tenant_id = g.tenant_id and e.position > g.cursor and e.event_type = any (g.event_types)
                where g.enabled and g.delivery = 'webhook' limit ?
            ) waiting
            """;

    private final DataSource worker;
    private final Duration retention;
    private final Clock clock;
    private volatile long depth;
    private volatile Duration age = Duration.ZERO;

    /** @param worker logs in as the worker role; connections in auto-commit mode */
    public EventCleaner(DataSource worker, Duration retention, Clock clock) {
        this.worker = worker;
        this.retention = retention;
        this.clock = clock;
    }

    /** One pass; safe to break off anywhere. */
    public void run() throws SQLException, InterruptedException {
        try (Connection connection = worker.getConnection()) {
            if (!LOCK.take(connection)) {
                // Whoever has the lock tells how much there is.
                depth = 0;
                age = Duration.ZERO;
                return;
            }
            try {
                Instant oldest = clock.instant().minus(retention);
                removeOld(connection, OLD_EVENTS, oldest);
                removeOld(connection, OLD_DELIVERIES, oldest);
                try (PreparedStatement statement = connection.prepareStatement(OVERFLOW)) {
                    statement.executeUpdate();
                }
                look(connection);
            } finally {
                LOCK.release(connection);
            }
        }
    }

    private static void removeOld(Connection connection, String sql, Instant oldest)
            throws SQLException, InterruptedException {
        int removed = STEP;
        while (removed == STEP) {
            JobLock.requireHeld(connection);
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setObject(1, oldest.atOffset(ZoneOffset.UTC));
                statement.setInt(2, STEP);
                removed = statement.executeUpdate();
            }
        }
    }

    private void look(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(BACKLOG)) {
            statement.setInt(1, MOST_COUNTED);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                depth = row.getLong(1);
                Instant first =
                        row.getObject(2, java.time.OffsetDateTime.class) instanceof java.time.OffsetDateTime time
                                ? time.toInstant()
                                : clock.instant();
                age = Duration.between(first, clock.instant());
            }
        }
    }

    /** Events that wait to be sent, counted once for each webhook; 100,000 stands for that many or more. Zero where another instance looks. */
    public long depth() {
        return depth;
    }

    /** Of the oldest of them. */
    public Duration age() {
        return age;
    }
}
