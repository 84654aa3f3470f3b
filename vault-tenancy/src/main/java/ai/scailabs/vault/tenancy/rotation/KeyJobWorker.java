package ai.scailabs.vault.tenancy.rotation;

import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.crypto.envelope.EnvelopeCipher;
import ai.scailabs.vault.crypto.envelope.KeyRotation;
import ai.scailabs.vault.crypto.keyring.TenantKeyrings;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.persistence.jdbc.JobLock;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out jobs with keys, step by step, those that are open in turn. Of all instances the one with the lock does so; when it dies, another goes on with the step where it was. What is away, be it
 * the root key or the database, holds a job up and never ends it. Safe to break off anywhere.
 */
public final class KeyJobWorker {
    private static final Logger LOG = LoggerFactory.getLogger(KeyJobWorker.class);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final int MAX_DOUBLINGS = 6;

    private final KeyJobQueue queue;
    private final KeyJobRepository jobs;
    private final JobSteps steps;
    private final KeyJobPlan plan;
    private final TenantRotation tenants;
    private final PartnerRotation partners;
    private final RootRotation roots;
    private final Clock clock;
    private final Map<KeyLevel, Outcomes> outcomes =
            Map.of(KeyLevel.ROOT, new Outcomes(), KeyLevel.PARTNER, new Outcomes(), KeyLevel.TENANT, new Outcomes());
    private volatile @Nullable Instant lastCompleted;
    private volatile @Nullable Instant oldestOpen;
    private volatile boolean stopping;
    private boolean troubled;

    /**
     * @param worker logs in as the worker role; connections in auto-commit mode
     * @param rows what keys of tenants wrap
     * @param rootKeyIds that wrap from now on, with a space between
     */
    public KeyJobWorker(
            DataSource worker,
            TenantTransactions transactions,
            TenantKeyrings keyrings,
            EnvelopeCipher cipher,
            KeyRotation rotation,
            List<SealedRows> rows,
            Supplier<String> rootKeyIds,
            KeySchedule schedule,
            AuditEntries entries,
            Ids ids,
            Clock clock) {
        KeyJobJournal journal = new KeyJobJournal(entries, ids);
        GenerationRows keys = new GenerationRows(transactions, rootKeyIds);
        this.queue = new KeyJobQueue(worker);
        this.jobs = new KeyJobRepository(transactions);
        this.steps = new JobSteps(jobs, journal, clock);
        this.plan = new KeyJobPlan(jobs, journal, schedule, ids);
        this.tenants = new TenantRotation(steps, keys, keyrings, cipher, rotation, rows);
        this.partners = new PartnerRotation(steps, keys, keyrings, cipher, rotation);
        this.roots = new RootRotation(steps, keys, rotation, rootKeyIds);
        this.clock = clock;
    }

    /**
     * All that is due now; returns when nothing is, another instance is at it, or the database does not serve. Not to be called by two threads at once.
     *
     * @throws InterruptedException when the instance stops; what was begun goes on later
     */
    public void run() throws InterruptedException {
        try (Connection connection = queue.connect()) {
            look(connection);
            if (KeyJobQueue.LOCK.take(connection)) {
                try {
                    plan.putDown(connection, now());
                    work(connection);
                } finally {
                    KeyJobQueue.LOCK.release(connection);
                }
                look(connection);
            }
            troubled = false;
        } catch (SQLException | VaultException unavailable) {
            if (!troubled) {
                LOG.warn("jobs with keys wait for the database: {}", unavailable.toString());
            }
            troubled = true;
        }
    }

    private void look(Connection connection) throws SQLException {
        KeyJobQueue.Figures figures = KeyJobQueue.figures(connection);
        lastCompleted = figures.lastCompleted();
        oldestOpen = figures.oldestOpen();
    }

    private void work(Connection connection) throws SQLException, InterruptedException {
        Optional<KeyJobQueue.Due> due = KeyJobQueue.next(connection, clock.instant());
        while (due.isPresent() && !stopping) {
            JobLock.requireHeld(connection);
            Optional<OpenJob> open = jobs.open(due.get().space(), due.get().id());
            if (open.isPresent()) {
                onward(open.get(), connection);
            }
            due = KeyJobQueue.next(connection, clock.instant());
        }
    }

    private void onward(OpenJob open, Connection connection) throws SQLException {
        try {
            take(open, connection);
        } catch (KeyJobRepository.StepTakenElsewhere elsewhere) {
            LOG.debug("another instance goes on with the job {}", open.job().id());
        }
    }

    private void take(OpenJob open, Connection connection) throws SQLException {
        try {
            switch (kind(open).step(open, connection)) {
                case StepTaken.Onward() -> {}
                case StepTaken.Waits(Duration time, String reason) -> pause(open, time, reason);
                case StepTaken.Done() -> ended(open);
            }
        } catch (KeyJobRepository.StepTakenElsewhere elsewhere) {
            throw elsewhere;
        } catch (VaultException failure) {
            if (!failure.code().retryable()) {
                fail(open, failure);
            } else {
                postpone(open, failure.code().code() + ": " + failure.getMessage());
            }
        } catch (RuntimeException failure) {
            LOG.warn(
                    "a step of the job {} failed and is tried again", open.job().id(), failure);
            postpone(open, "a step failed, see the log of the service");
        }
    }

    private JobSteps.Kind kind(OpenJob open) {
        return switch (open.job().kind()) {
            case ROTATE_ROOT -> roots;
            case ROTATE_PARTNER -> partners;
            case ROTATE_TENANT -> tenants;
        };
    }

    private void pause(OpenJob seen, Duration time, @Nullable String reason) {
        // With the step its row may have changed.
        jobs.open(seen.space(), seen.job().id())
                .ifPresent(open -> jobs.postpone(open, 0, now().plus(time), reason, now()));
    }

    private void postpone(OpenJob open, String problem) {
        int failures = open.failures() + 1;
        Duration wait = FIRST_RETRY.multipliedBy(1L << Math.min(failures - 1, MAX_DOUBLINGS));
        LOG.warn("the job {} of {} does not come on: {}", open.job().id(), open.space(), problem);
        jobs.postpone(open, failures, now().plus(wait), problem, now());
    }

    private void fail(OpenJob open, VaultException failure) {
        String problem = String.valueOf(failure.getMessage());
        steps.fail(open, failure.code(), problem);
        outcomesOf(open).failed.increment();
        LOG.warn("the job {} of {} failed: {}", open.job().id(), open.space(), problem);
    }

    private void ended(OpenJob open) {
        boolean whole = open.state().failed() == 0;
        (whole ? outcomesOf(open).completed : outcomesOf(open).incomplete).increment();
        LOG.info("the job {} of {} is done", open.job().id(), open.space());
    }

    private Outcomes outcomesOf(OpenJob open) {
        return outcomes(open.job().kind().level());
    }

    private Outcomes outcomes(KeyLevel level) {
        Outcomes found = outcomes.get(level);
        if (found == null) {
            throw new IllegalStateException("no such level: " + level);
        }
        return found;
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** Ends the work after the step that is being done; it goes on when there is an instance again. */
    public void stop() {
        stopping = true;
    }

    /** Jobs that came to their end on this instance with everything wrapped anew. */
    public long completed(KeyLevel level) {
        return outcomes(level).completed.sum();
    }

    /** Those that left behind what does not open. */
    public long incomplete(KeyLevel level) {
        return outcomes(level).incomplete.sum();
    }

    public long failed(KeyLevel level) {
        return outcomes(level).failed.sum();
    }

    /** Keys that this instance has wrapped anew. */
    public long rewrapped(KeyLevel level) {
        return switch (level) {
            case ROOT -> roots.rewrapped();
            case PARTNER -> partners.rewrapped();
            case TENANT -> tenants.rewrapped();
        };
    }

    /** Since the oldest job that is not over was put down, on whatever instance; zero when none is. */
    public Duration oldestAge() {
        Instant oldest = oldestOpen;
        return oldest == null ? Duration.ZERO : Duration.between(oldest, clock.instant());
    }

    /** When a job last came to its end, on whatever instance; absent before the first. */
    public @Nullable Instant lastCompleted() {
        return lastCompleted;
    }

    private static final class Outcomes {
        private final LongAdder completed = new LongAdder();
        private final LongAdder incomplete = new LongAdder();
        private final LongAdder failed = new LongAdder();
    }
}
