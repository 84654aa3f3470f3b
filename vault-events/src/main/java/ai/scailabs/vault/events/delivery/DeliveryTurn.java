package ai.scailabs.vault.events.delivery;

import ai.scailabs.vault.events.delivery.TurnRepository.Attempted;
import ai.scailabs.vault.events.delivery.TurnRepository.Progress;
import ai.scailabs.vault.events.outbox.Outbox;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.outbound.http.AddressRefusedException;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends to one target what waits for it, one event after the other, until nothing waits, one fails, or its turn is over. What was sent is written down in groups, after it was sent: whoever dies in between leaves it to be
 * sent again, and nothing unsent. One that fails is tried again before anything that follows it. Thread-safe.
 */
public final class DeliveryTurn {
    private static final Logger LOG = LoggerFactory.getLogger(DeliveryTurn.class);
    private static final Duration LONGEST = Duration.ofSeconds(10);
    private static final Duration WRITE_EVERY = Duration.ofSeconds(1);
    private static final Duration REST = Duration.ofSeconds(10);
    private static final int PAGE = 200;
    private static final int GROUP = 100;
    private static final Predicate<String> ANY_PATH = path -> true;

    private final TurnRepository repository;
    private final SigningKeys keys;
    private final Posting posting;
    private final Standings standings;
    private final DeliveryJournal journal;
    private final RetrySchedule schedule;
    private final Ids ids;
    private final Clock clock;
    private final RandomGenerator random;
    private final LongAdder delivered = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder givenUp = new LongAdder();
    private volatile boolean stopping;

    /** @param transactions of its own, so that requests wait for none */
    public DeliveryTurn(
            TenantTransactions transactions,
            SigningKeys keys,
            Posting posting,
            Standings standings,
            DeliveryJournal journal,
            RetrySchedule schedule,
            Ids ids,
            Clock clock,
            RandomGenerator random) {
        this.repository = new TurnRepository(transactions);
        this.keys = keys;
        this.posting = posting;
        this.standings = standings;
        this.journal = journal;
        this.schedule = schedule;
        this.ids = ids;
        this.clock = clock;
        this.random = random;
    }

    /** Returns at once when another has the target. */
    public void take(TenantId tenant, String id) {
        UUID lease = ids.nextUuid();
        Optional<Target> taken = repository.take(tenant, id, lease, now());
        if (taken.isEmpty()) {
            return;
        }
        Target target = taken.get();
        try (SigningKeys.Opened opened = keys.open(tenant, target.partner(), id);
                Posting.Connection connection = posting.to(String.valueOf(target.url()))) {
            new Turn(target, lease, opened, connection).run();
        } catch (AddressRefusedException | VaultException unusable) {
            // What is ours and away, or does not open: nothing was tried, and nobody's patience is used up.
            LOG.warn("nothing is sent to {} of {} for a while: {}", id, tenant, unusable.getMessage());
            repository.release(target, lease, now().plus(REST));
        }
    }

    /** Ends every turn after the event that is being sent. */
    public void stop() {
        stopping = true;
    }

    /** Since the start of this instance. */
    public long deliveredCount() {
        return delivered.sum();
    }

    /** Attempts that failed. */
    public long refusedCount() {
        return refused.sum();
    }

    /** Events that are not tried any more. */
    public long givenUpCount() {
        return givenUp.sum();
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** The state of one turn. */
    private final class Turn {
        private final Target target;
        private final UUID lease;
        private final SigningKeys.Opened opened;
        private final Posting.Connection connection;
        private final long begun = System.nanoTime();
        private final List<Attempted> unwritten = new ArrayList<>();
        private long written = begun;
        private long cursor;
        private int attempts;
        private @Nullable Instant failingSince;

        private Turn(Target target, UUID lease, SigningKeys.Opened opened, Posting.Connection connection) {
            this.target = target;
            this.lease = lease;
            this.opened = opened;
            this.connection = connection;
            this.cursor = target.cursor();
            this.attempts = target.attempts();
            this.failingSince = target.failingSince();
        }

        void run() {
            boolean more = true;
            while (more) {
                List<StoredEvent> page = repository.after(target.tenant(), cursor, PAGE);
                more = page.size() == PAGE;
                Predicate<String> readable =
                        target.standing() == null ? ANY_PATH : standings.readable(target.standing());
                for (StoredEvent event : page) {
                    if (isOver()) {
                        write(null, false);
                        return;
                    }
                    if (concerns(event, readable) && !sent(event)) {
                        return;
                    }
                    cursor = event.position();
                    if (isTimeToWrite() && !write(null, true)) {
                        return;
                    }
                }
            }
            write(null, false);
        }

        private boolean concerns(StoredEvent event, Predicate<String> readable) {
            if (event.facts() == null || !target.filter().reaches(target.id(), event.facts())) {
                return false;
            }
            String path = event.facts().path();
            return target.standing() == null || path != null && readable.test(path);
        }

        /** False when the turn is over with it. */
        private boolean sent(StoredEvent event) {
            Outcome outcome = connection.send(opened, Ids.text(Outbox.PREFIX, event.id()), event.type(), event.body());
            attempts++;
            Instant at = now();
            if (outcome.delivered()) {
                delivered.increment();
                unwritten.add(new Attempted(ids.nextUuid(), event, "success", attempts, outcome, at, null));
                attempts = 0;
                failingSince = null;
                return true;
            }
            refused.increment();
            failingSince = failingSince == null ? at : failingSince;
            Duration wait = schedule.after(attempts, random);
            boolean over = wait == null;
            Instant next = wait == null ? null : at.plus(wait);
            unwritten.add(
                    new Attempted(ids.nextUuid(), event, over ? "failed" : "pending", attempts, outcome, at, next));
            if (over) {
                givenUp.increment();
                cursor = event.position();
                attempts = 0;
            }
            boolean mine = write(next, false);
            if (mine && !failingSince.plus(schedule.patience()).isAfter(at)) {
                journal.disable(target, lease, failingSince);
            }
            return false;
        }

        private boolean isOver() {
            return stopping || System.nanoTime() - begun > LONGEST.toNanos();
        }

        private boolean isTimeToWrite() {
            return unwritten.size() >= GROUP || System.nanoTime() - written > WRITE_EVERY.toNanos();
        }

        private boolean write(@Nullable Instant next, boolean goesOn) {
            written = System.nanoTime();
            boolean mine = repository.move(
                    target, lease, new Progress(cursor, attempts, next, failingSince, goesOn), List.copyOf(unwritten));
            unwritten.clear();
            return mine;
        }
    }
}
