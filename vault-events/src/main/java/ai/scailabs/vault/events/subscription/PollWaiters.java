package ai.scailabs.vault.events.subscription;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Those who wait for something to be in their queue. They hold neither a thread nor a connection: one statement asks for all of them, again and again, and who has something, or has waited long enough, is woken. Bounded.
 * Thread-safe.
 */
public final class PollWaiters {
    private static final Logger LOG = LoggerFactory.getLogger(PollWaiters.class);
    private static final int MOST = 10_000;

    private static final String FILLED = """
            select u.place from unnest(?::text[], ?::text[], ?::bigint[]) with ordinality as u (tenant_id, target_id, since, place)
            where exists (select from event_queue q where q.tenant_id = u.tenant_id and q.target_id = u.target_id and q.position > u.since)
            """;

    private final @Nullable DataSource worker;
    private final Clock clock;
    private final Set<Waiter> waiters = ConcurrentHashMap.newKeySet();

    /** @param worker logs in as the worker role; absent: nobody is woken before their time */
    public PollWaiters(@Nullable DataSource worker, Clock clock) {
        this.worker = worker;
        this.clock = clock;
    }

    /**
     * @param wake called once, soon after there is something or the time is up; must not wait for anything
     * @throws VaultException {@code rate_limited} when too many wait
     */
    public void await(Polling.Poll poll, Instant until, Runnable wake) {
        if (waiters.size() >= MOST) {
            throw new VaultException(
                    ErrorCode.RATE_LIMITED,
                    "Too many calls wait for events here",
                    Map.of("category", "subscription_poll", "retry_after", 5L));
        }
        waiters.add(new Waiter(poll, until, wake));
    }

    /** How many wait. */
    public int count() {
        return waiters.size();
    }

    /** One look. Not to be called by two threads at once. */
    public void run() {
        List<Waiter> all = List.copyOf(waiters);
        if (all.isEmpty()) {
            return;
        }
        List<Waiter> woken = new ArrayList<>(filled(all));
        Instant now = clock.instant();
        all.stream().filter(waiter -> !waiter.until().isAfter(now)).forEach(woken::add);
        for (Waiter waiter : woken) {
            if (waiters.remove(waiter)) {
                waiter.wake().run();
            }
        }
    }

    private List<Waiter> filled(List<Waiter> all) {
        if (worker == null) {
            return List.of();
        }
        try (Connection connection = worker.getConnection();
                PreparedStatement statement = connection.prepareStatement(FILLED)) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "text",
                            all.stream()
                                    .map(waiter -> waiter.poll()
                                            .subscription()
                                            .tenant()
                                            .value())
                                    .toArray()));
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "text",
                            all.stream()
                                    .map(waiter -> waiter.poll().subscription().id())
                                    .toArray()));
            statement.setArray(
                    3,
                    connection.createArrayOf(
                            "int8",
                            all.stream().map(waiter -> waiter.poll().since()).toArray()));
            List<Waiter> filled = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    filled.add(all.get((int) row.getLong(1) - 1));
                }
            }
            return filled;
        } catch (SQLException unavailable) {
            // Whose time is up is told so all the same.
            LOG.debug("nobody is woken for events: {}", unavailable.toString());
            return List.of();
        }
    }

    /** Wakes everybody, whatever there is. */
    public void wakeAll() {
        for (Waiter waiter : List.copyOf(waiters)) {
            if (waiters.remove(waiter)) {
                waiter.wake().run();
            }
        }
    }

    /** Each is itself, whatever it waits for. */
    private static final class Waiter {
        private final Polling.Poll poll;
        private final Instant until;
        private final Runnable wake;

        private Waiter(Polling.Poll poll, Instant until, Runnable wake) {
            this.poll = poll;
            this.until = until;
            this.wake = wake;
        }

        Polling.Poll poll() {
            return poll;
        }

        Instant until() {
            return until;
        }

        Runnable wake() {
            return wake;
        }
    }
}
