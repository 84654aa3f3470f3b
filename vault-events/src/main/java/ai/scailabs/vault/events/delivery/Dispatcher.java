package ai.scailabs.vault.events.delivery;

import ai.scailabs.vault.kernel.id.TenantId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the targets for which something waits, and gives each a turn on a thread of its own, those first that have waited longest for one. A tenant has a share of them, so that nobody's slow receivers hold up another's. Every instance does so: of a target's turns one is under way at most, by its lease.
 * Thread-safe.
 */
public final class Dispatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(12);

    /** So many tenants whose receivers are all slow leave no room. */
    private static final int SHARES = 4;

    private static final String DUE = """
            select d.tenant_id, d.target_id
            from (
                select g.tenant_id, g.target_id, g.taken_at, row_number() over (partition by g.tenant_id order by g.taken_at nulls first) as place
                from event_head h
                join tenant t on t.tenant_id = h.tenant_id and t.status = 'active'
                join event_target g on g.tenant_id = h.tenant_id
                where g.cursor < h.position and g.enabled and g.delivery = 'webhook' and (g.lease_until is null or g.lease_until < now())
                    and (g.next_attempt_at is null or g.next_attempt_at <= ?)
            ) d
            where d.place <= ? order by d.taken_at nulls first limit ?
            """;

    private final DataSource worker;
    private final DeliveryTurn turn;
    private final Clock clock;
    private final int mostAtOnce;
    private final int ofATenant;
    private final ExecutorService threads;
    private final Set<Due> underWay = ConcurrentHashMap.newKeySet();

    /**
     * @param worker logs in as the worker role; connections in auto-commit mode
     * @param mostAtOnce how many targets are sent to at the same time, of one tenant a quarter of them
     */
    public Dispatcher(DataSource worker, DeliveryTurn turn, Clock clock, int mostAtOnce) {
        this.worker = worker;
        this.turn = turn;
        this.clock = clock;
        this.mostAtOnce = mostAtOnce;
        this.ofATenant = Math.max(1, mostAtOnce / SHARES);
        // Threads of the platform: the look-up of a name cannot be broken off, and would hold a carrier.
        this.threads = Executors.newCachedThreadPool(
                Thread.ofPlatform().name("events-", 0).daemon().factory());
    }

    /** Begins a turn for each that is due, as far as there is room; does not wait for them. Not to be called by two threads at once. */
    public void run() throws SQLException {
        int room = mostAtOnce - underWay.size();
        if (room <= 0) {
            return;
        }
        for (Due due : due(mostAtOnce)) {
            if (hasRoom(due.tenant()) && underWay.add(due)) {
                threads.execute(() -> take(due));
            }
        }
    }

    private boolean hasRoom(String tenant) {
        long same =
                underWay.stream().filter(each -> each.tenant().equals(tenant)).count();
        return underWay.size() < mostAtOnce && same < ofATenant;
    }

    private void take(Due due) {
        try {
            turn.take(new TenantId(due.tenant()), due.target());
        } catch (RuntimeException failure) {
            LOG.warn("a turn of {} of {} failed and comes again", due.target(), due.tenant(), failure);
        } finally {
            underWay.remove(due);
        }
    }

    private List<Due> due(int limit) throws SQLException {
        List<Due> due = new ArrayList<>();
        try (Connection connection = worker.getConnection();
                PreparedStatement statement = connection.prepareStatement(DUE)) {
            statement.setObject(1, clock.instant().atOffset(ZoneOffset.UTC));
            statement.setInt(2, ofATenant);
            statement.setInt(3, limit);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    due.add(new Due(row.getString(1), row.getString(2)));
                }
            }
        }
        return due;
    }

    /** Waits for the events that are being sent. */
    @Override
    public void close() {
        turn.stop();
        threads.shutdown();
        try {
            if (!threads.awaitTermination(LONGEST_CLOSE.toMillis(), TimeUnit.MILLISECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private record Due(String tenant, String target) {}
}
