package ai.scailabs.vault.identity.sync;

import ai.scailabs.vault.access.revocation.RevocationService;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.identity.mirror.Mirror;
import ai.scailabs.vault.identity.mirror.ToldPartner;
import ai.scailabs.vault.identity.scaikey.ScaiKeyDirectory;
import ai.scailabs.vault.identity.scaikey.ToldPage;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.jdbc.JobLock;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.tenancy.tenant.TenantRegistry;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what is due: puts down a comparison of every partner when the interval is over, and carries out what was put down, one after the other. Of all instances the one with
 * the lock does so; when it dies, another goes on at the page where it was. Safe to break off anywhere.
 */
public final class SyncWorker {
    private static final Logger LOG = LoggerFactory.getLogger(SyncWorker.class);
    /** In a row, and without having come on. */
    private static final int MAX_FAILURES = 5;

    private static final Duration LONGEST_RETRY = Duration.ofMinutes(10);

    private final SyncQueue queue;
    private final SyncRepository repository;
    private final SyncReader reader;
    private final SyncJournal journal;
    private final ScaiKeyDirectory scaiKey;
    private final SyncSettings settings;
    private final Ids ids;
    private final Clock clock;
    private final LongAdder completed = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder refusedAnswers = new LongAdder();
    private volatile @Nullable Instant lastCompleted;
    private volatile boolean stopping;
    private @Nullable Instant lastPlanned;
    private boolean troubled;
    private int planFailures;

    /** @param worker logs in as the worker role; connections in auto-commit mode */
    public SyncWorker(
            DataSource worker,
            TenantTransactions transactions,
            ScaiKeyDirectory scaiKey,
            Mirror mirror,
            TenantRegistry tenants,
            RevocationService standings,
            AuditEntries entries,
            SyncSettings settings,
            Ids ids,
            Clock clock) {
        this.queue = new SyncQueue(worker);
        this.repository = new SyncRepository(transactions);
        this.journal = new SyncJournal(entries, ids);
        this.reader = new SyncReader(scaiKey, repository, mirror, tenants, standings, journal, settings.maxEntries());
        this.scaiKey = scaiKey;
        this.settings = settings;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * All that is due now; returns when nothing is, another instance is at it, or the database does not serve. Not to be called by two threads at once.
     *
     * @throws InterruptedException when the instance stops; what was begun goes on later
     */
    public void run() throws InterruptedException {
        try {
            runWithLock();
            troubled = false;
        } catch (SQLException | VaultException unavailable) {
            if (!troubled) {
                LOG.warn("comparisons with ScaiKey wait for the database: {}", unavailable.toString());
            }
            troubled = true;
        }
    }

    private void runWithLock() throws SQLException, InterruptedException {
        try (Connection connection = queue.connect()) {
            boolean plan = isPlanDue(connection);
            if ((!plan && SyncQueue.next(connection, clock.instant()).isEmpty()) || !SyncQueue.LOCK.take(connection)) {
                return;
            }
            try {
                // Anew, as another instance may have done so just before.
                if (plan && isPlanDue(connection)) {
                    plan();
                }
                work(connection);
            } finally {
                SyncQueue.LOCK.release(connection);
            }
        }
    }

    private boolean isPlanDue(Connection connection) throws SQLException {
        if (!settings.scheduled()) {
            return false;
        }
        Instant now = clock.instant();
        Instant mine = lastPlanned;
        Optional<Instant> last = SyncQueue.lastScheduled(connection);
        boolean mineIsRecent = mine != null && now.isBefore(mine.plus(settings.interval()));
        return !mineIsRecent && (last.isEmpty() || !now.isBefore(last.get().plus(settings.interval())));
    }

    /** A comparison of every partner that ScaiKey has, or had. */
    private void plan() throws InterruptedException {
        Instant now = now();
        try {
            String after = null;
            boolean more = true;
            while (more) {
                ToldPage<ToldPartner> page =
                        scaiKey.partners(after).orElseThrow(() -> new IOException("ScaiKey has no list of partners"));
                for (ToldPartner partner : page.items()) {
                    put(TenantId.sharedBy(partner.id()), now);
                }
                after = page.lastId();
                more = page.hasMore();
            }
            lastPlanned = now;
            planFailures = 0;
        } catch (IOException failure) {
            refusedAnswers.increment();
            // Tried again after a while, neither with every look nor only when the interval is over.
            planFailures++;
            lastPlanned = now.minus(settings.interval()).plus(waitAfter(planFailures));
            if (planFailures == 1) {
                LOG.warn("ScaiKey's partners cannot be listed, so nothing is compared: {}", failure.getMessage());
            }
        }
    }

    private Duration waitAfter(int failures) {
        Duration wait = settings.retryAfter().multipliedBy(1L << Math.min(failures - 1, 10));
        return wait.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : wait;
    }

    private void put(TenantId space, Instant now) {
        SyncRun run = new SyncRun(
                space,
                ids.next(SyncService.PREFIX),
                true,
                SyncJournal.BY.value(),
                SyncStatus.PENDING,
                now,
                null,
                SyncCounts.NONE,
                null);
        repository.transactions().inTransaction(space, tx -> repository.add(tx, run));
    }

    private void work(Connection connection) throws SQLException, InterruptedException {
        Optional<SyncQueue.Due> due = SyncQueue.next(connection, clock.instant());
        while (due.isPresent() && !stopping) {
            Optional<OpenRun> open =
                    repository.underWay(due.get().space(), due.get().id());
            while (open.isPresent() && !stopping) {
                JobLock.requireHeld(connection);
                open = onward(open.get());
            }
            due = SyncQueue.next(connection, clock.instant());
        }
    }

    /** One step; empty when the comparison is over, or waits. */
    private Optional<OpenRun> onward(OpenRun open) throws InterruptedException {
        SyncRun run = open.run();
        try {
            if (open.position().step() == SyncStep.DONE) {
                end(open, SyncStatus.COMPLETED, null);
                return Optional.empty();
            }
            SyncReader.Step step = reader.step(open);
            SyncCounts counts = run.counts().plus(step.read());
            repository.advance(run.space(), run.id(), step.next(), counts);
            return Optional.of(new OpenRun(with(run, counts), step.next(), 0));
        } catch (HopelessSync hopeless) {
            end(open, SyncStatus.FAILED, hopeless.getMessage());
        } catch (IOException failure) {
            refusedAnswers.increment();
            postpone(open, String.valueOf(failure.getMessage()));
        } catch (VaultException unavailable) {
            postpone(open, "the database could not serve: " + unavailable.code().code());
        } catch (RuntimeException failure) {
            LOG.warn("the comparison {} of {} failed", run.id(), run.space(), failure);
            postpone(open, "it failed; the log of the service says why");
        }
        return Optional.empty();
    }

    private static SyncRun with(SyncRun run, SyncCounts counts) {
        return new SyncRun(
                run.space(),
                run.id(),
                run.scheduled(),
                run.requestedBy(),
                SyncStatus.RUNNING,
                run.startedAt(),
                run.finishedAt(),
                counts,
                run.problem());
    }

    private void postpone(OpenRun open, String problem) {
        SyncRun run = open.run();
        int failures = open.failures() + 1;
        LOG.warn("the comparison {} of {} does not come on: {}", run.id(), run.space(), problem);
        if (failures >= MAX_FAILURES) {
            end(open, SyncStatus.FAILED, problem);
            return;
        }
        repository.postpone(run.space(), run.id(), failures, now().plus(waitAfter(failures)), problem);
    }

    private void end(OpenRun open, SyncStatus status, @Nullable String problem) {
        boolean good = status == SyncStatus.COMPLETED;
        repository.transactions().inTransaction(open.run().space(), tx -> {
            repository.finish(tx, open.run().id(), status, now(), problem);
            journal.ended(tx, open, good);
            return tx;
        });
        if (good) {
            completed.increment();
            lastCompleted = clock.instant();
            LOG.debug(
                    "the comparison {} of {} is done",
                    open.run().id(),
                    open.run().space());
        } else {
            failed.increment();
            LOG.warn(
                    "the comparison {} of {} failed: {}",
                    open.run().id(),
                    open.run().space(),
                    problem);
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** Ends the work after the step that is being done; it goes on when there is an instance again. */
    public void stop() {
        stopping = true;
    }

    /** Comparisons that came to their end on this instance. */
    public long completedCount() {
        return completed.sum();
    }

    public long failedCount() {
        return failed.sum();
    }

    /** Answers of ScaiKey that did not come, or could not be read. */
    public long refusedAnswers() {
        return refusedAnswers.sum();
    }

    /** Since a comparison last came to its end on this instance; absent before the first. */
    public @Nullable Duration age() {
        Instant last = lastCompleted;
        return last == null ? null : Duration.between(last, clock.instant());
    }
}
