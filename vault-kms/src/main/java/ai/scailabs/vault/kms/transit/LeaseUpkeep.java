package ai.scailabs.vault.kms.transit;

import ai.scailabs.vault.kms.transit.TransitTrouble.Kind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renews tokens at half of their time, on a thread of its own, so that no call waits for it and none is needed for it. One that cannot be renewed gives way to a login, where there is one. */
final class LeaseUpkeep implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseUpkeep.class);
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration AFTER_TROUBLE = Duration.ofSeconds(30);

    private final TransitServer server;
    private final TransitSession session;
    private final Duration patience;
    private final Clock clock;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("transit-upkeep").daemon().factory());

    LeaseUpkeep(TransitServer server, TransitSession session, Duration patience, Clock clock) {
        this.server = server;
        this.session = session;
        this.patience = patience;
        this.clock = clock;
    }

    /** Finds out how long a token is good for that was given to us. */
    void study(Lease lease) {
        later(Duration.ZERO, () -> {
            try {
                Lease known = lease.extended(server.lookUp(lease.token(), Deadline.in(patience)));
                if (session.replace(lease, known)) {
                    schedule(known);
                }
            } catch (TransitTrouble trouble) {
                LOG.debug("how long the token is good for is not known: {}", trouble.getMessage());
                if (trouble.kind().passes()) {
                    later(AFTER_TROUBLE, () -> study(lease));
                }
            }
        });
    }

    /** Sees to it that it is good for longer. */
    void schedule(Lease lease) {
        if (lease.until() == null) {
            return;
        }
        if (!lease.renewable() && !session.logsIn()) {
            LOG.warn("the token of the root key in Transit ends at {} and is not renewable", lease.until());
            return;
        }
        Duration half = lease.left(clock.instant()).dividedBy(2);
        later(half.compareTo(SHORTEST) > 0 ? half : SHORTEST, () -> prolong(lease));
    }

    private void prolong(Lease lease) {
        Instant now = clock.instant();
        try {
            if (lease.renewable() && !lease.isOver(now)) {
                Lease renewed = lease.extended(server.renew(lease.token(), Deadline.in(patience)));
                // Near the end of the longest time that a token may have, renewing gives less and less.
                boolean whole =
                        renewed.left(clock.instant()).compareTo(lease.full().dividedBy(2)) >= 0;
                if (whole || !session.logsIn()) {
                    taken(lease, renewed);
                    return;
                }
            }
            if (session.logsIn()) {
                session.loggedIn(lease, Deadline.in(patience));
            }
        } catch (TransitTrouble trouble) {
            failed(lease, trouble);
        }
    }

    private void taken(Lease before, Lease renewed) {
        if (session.replace(before, renewed)) {
            schedule(renewed);
        }
    }

    private void failed(Lease lease, TransitTrouble trouble) {
        LOG.warn(
                "the token of the root key in Transit, good until {}, was not renewed: {}",
                lease.until(),
                trouble.getMessage());
        if (lease.isOver(clock.instant())) {
            return;
        }
        boolean mayLogin = session.logsIn() && (trouble.kind() == Kind.FORBIDDEN || trouble.kind() == Kind.REFUSED);
        if (mayLogin && lease.renewable()) {
            Lease unrenewable = new Lease(lease.token(), lease.since(), lease.until(), lease.full(), false);
            if (session.replace(lease, unrenewable)) {
                later(Duration.ZERO, () -> prolong(unrenewable));
            }
        } else if (trouble.kind().passes()) {
            Duration left = lease.left(clock.instant()).dividedBy(2);
            Duration pause = left.compareTo(AFTER_TROUBLE) < 0 ? left : AFTER_TROUBLE;
            later(pause.compareTo(SHORTEST) > 0 ? pause : SHORTEST, () -> prolong(lease));
        }
    }

    private void later(Duration delay, Runnable work) {
        try {
            thread.schedule(() -> quietly(work), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closed) {
            LOG.debug("no upkeep after the end");
        }
    }

    /** A failure that nobody thought of must not end the thread's work for good. */
    private static void quietly(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException unexpected) {
            LOG.error("the upkeep of the token of the root key in Transit failed", unexpected);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
