package ai.scailabs.vault.audit.export;

import ai.scailabs.vault.audit.store.ObjectStore;
import ai.scailabs.vault.audit.store.ObjectStores;
import ai.scailabs.vault.audit.store.StoreCredentials;
import ai.scailabs.vault.audit.store.StoreException;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.jdbc.JobLock;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out exports, those that are open in turn. Of all instances the one with the lock does so; when it dies, another goes on at the file where it was. A store that is away holds an export up for hours
 * before it fails. Safe to break off anywhere.
 */
public final class ExportWorker {
    private static final Logger LOG = LoggerFactory.getLogger(ExportWorker.class);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final int MAX_DOUBLINGS = 9;

    /** With credentials that were read once; then it is another export's turn, and they are read anew. */
    private static final Duration TURN = Duration.ofSeconds(30);

    private final ExportQueue queue;
    private final ExportRun run;
    private final ExportJournal journal;
    private final ObjectStores stores;
    private final CredentialSource credentials;
    private final ExportTerms terms;
    private final Clock clock;
    private final LongAdder completed = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final Set<String> known = new HashSet<>();
    private volatile ExportQueue.Figures figures = ExportQueue.Figures.NONE;
    private volatile boolean stopping;
    private boolean troubled;

    /**
     * @param worker logs in as the worker role; connections in auto-commit mode
     * @param transactions of its own, so that requests wait for none
     * @param retention how long the log itself keeps the entries of a tenant
     */
    public ExportWorker(
            DataSource worker,
            TenantTransactions transactions,
            ObjectStores stores,
            CredentialSource credentials,
            HeadSigner signer,
            Function<TenantId, Duration> retention,
            ExportTerms terms,
            AuditEntries entries,
            Ids ids,
            Clock clock) {
        this.queue = new ExportQueue(worker);
        this.journal = new ExportJournal(entries, ids);
        this.run = new ExportRun(transactions, signer, journal, terms, retention, clock);
        this.stores = stores;
        this.credentials = credentials;
        this.terms = terms;
        this.clock = clock;
    }

    /**
     * All that is due now; returns when nothing is, another instance is at it, or the database does not serve. Not to be called by two threads at once.
     *
     * @throws InterruptedException when the instance stops; what was begun goes on later
     */
    public void run() throws InterruptedException {
        try (Connection connection = queue.connect()) {
            if (ExportQueue.LOCK.take(connection)) {
                try {
                    work(connection);
                    figures = ExportQueue.figures(connection, clock.instant());
                } finally {
                    ExportQueue.LOCK.release(connection);
                }
            } else {
                // Whoever has the lock tells how far they are.
                figures = ExportQueue.Figures.NONE;
            }
            troubled = false;
        } catch (SQLException | VaultException unavailable) {
            if (!troubled) {
                LOG.warn("exports wait for the database: {}", unavailable.toString());
            }
            troubled = true;
        } catch (Stopping.InstanceStops stops) {
            LOG.info("an export is broken off, and goes on when there is an instance again");
        }
    }

    private void work(Connection connection) throws SQLException, InterruptedException {
        // What is postponed meanwhile is for another time.
        Instant begun = clock.instant();
        Optional<ExportQueue.Due> due = ExportQueue.next(connection, begun);
        while (due.isPresent() && !stopping) {
            JobLock.requireHeld(connection);
            Optional<Export> export = run.repository()
                    .find(due.get().tenant(), due.get().id())
                    .filter(found -> found.state().status().isOpen());
            if (export.isPresent()) {
                take(export.get());
            }
            figures = ExportQueue.figures(connection, clock.instant());
            due = ExportQueue.next(connection, begun);
        }
    }

    private void take(Export export) {
        Export.State before = export.state();
        try {
            turn(export);
        } catch (ExportStopped stopped) {
            current(export).ifPresent(now -> stopped(now, stopped));
        } catch (Stopping.InstanceStops | ExportRun.ChangedElsewhere elsewhere) {
            LOG.debug("the export {} was left at revision {}", export.id(), before.revision(), elsewhere);
        } catch (VaultException refused) {
            if (refused.code() == ErrorCode.SERVICE_UNAVAILABLE || refused.code() == ErrorCode.KMS_UNAVAILABLE) {
                // What is ours and away holds everything up, and ends nothing.
                current(export).ifPresent(now -> postpone(now, null));
            } else {
                boolean gone = refused.code() == ErrorCode.NOT_FOUND;
                ExportFailure why = gone ? ExportFailure.LEAVES_NOT_KEPT : ExportFailure.INTERNAL;
                ExportStopped stopped =
                        new ExportStopped(why, !gone, refused.code().code());
                current(export).ifPresent(now -> stopped(now, stopped));
            }
        } catch (RuntimeException failure) {
            LOG.warn("a step of the export {} failed and is tried again", export.id(), failure);
            ExportStopped stopped = new ExportStopped(
                    ExportFailure.INTERNAL, true, failure.getClass().getSimpleName());
            current(export).ifPresent(now -> stopped(now, stopped));
        }
    }

    /** After some steps others may have the next. */
    private void turn(Export found) throws ExportStopped {
        Export export = found;
        if (export.state().part().phase() == Export.Phase.BEGIN) {
            Optional<Export> waiting = run.waiting(export);
            if (waiting.isPresent()) {
                save(waiting.get());
                return;
            }
            Optional<Export> begun = run.begin(export);
            if (begun.isEmpty()) {
                return;
            }
            export = begun.get();
        }
        Instant end = clock.instant().plus(TURN);
        try (ObjectStore store = open(export)) {
            giveUpWhatOthersBegan(export, store);
            boolean more = true;
            while (more && !stopping) {
                Optional<Export> next = run.onward(export, store, this::check);
                if (next.isEmpty()) {
                    return;
                }
                export = next.get();
                more = export.state().status().isOpen()
                        && export.state().part().phase() != Export.Phase.BEGIN
                        && clock.instant().isBefore(end);
            }
        } catch (StoreException refused) {
            throw ExportStopped.by(refused);
        } catch (IOException broken) {
            throw new ExportStopped(
                    ExportFailure.INTERNAL, true, broken.getClass().getSimpleName());
        }
        if (export.state().status() == ExportStatus.COMPLETED) {
            known.remove(export.id());
            completed.increment();
            LOG.info("the export {} of {} is complete", export.id(), export.tenant());
        }
    }

    /** Of an instance that was killed: parts that nobody sees cost money. Who may not look for them lets the bucket discard them. */
    private void giveUpWhatOthersBegan(Export export, ObjectStore store) throws StoreException {
        if (!known.add(export.id())) {
            return;
        }
        try {
            int count = store.abandonUploads(export.folder() + "/");
            if (count > 0) {
                LOG.info("gave up {} uploads of the export {} that were broken off", count, export.id());
            }
        } catch (StoreException refused) {
            if (refused.failure().isPassing()) {
                known.remove(export.id());
                throw refused;
            }
            LOG.debug("uploads of the export {} are not looked for: {}", export.id(), refused.trace());
        }
    }

    private void check() {
        if (stopping || Thread.currentThread().isInterrupted()) {
            throw new Stopping.InstanceStops();
        }
    }

    private ObjectStore open(Export export) throws ExportStopped {
        StoreCredentials read;
        try {
            read = export.order().credentialsPath() == null
                    ? new StoreCredentials.WorkloadIdentity()
                    : credentials.read(export);
        } catch (VaultException refused) {
            throw credentialsRefused(refused);
        }
        try {
            return stores.open(export.order().destination(), read, export.tenant());
        } catch (VaultException refused) {
            ExportFailure why = export.order().credentialsPath() == null
                    ? ExportFailure.DESTINATION_NOT_ALLOWED
                    : ExportFailure.CREDENTIALS_MALFORMED;
            throw new ExportStopped(why, false, refused.code().code());
        }
    }

    private static ExportStopped credentialsRefused(VaultException refused) {
        ErrorCode code = refused.code();
        if (code.status() == 503) {
            throw refused;
        }
        ExportFailure why = switch (code.status()) {
            case 403 -> ExportFailure.CREDENTIALS_DENIED;
            case 422 -> ExportFailure.CREDENTIALS_MALFORMED;
            default -> ExportFailure.CREDENTIALS_MISSING;
        };
        return new ExportStopped(why, false, code.code());
    }

    private void stopped(Export export, ExportStopped stopped) {
        Instant since = export.state().failingSince();
        boolean patient = since == null || clock.instant().isBefore(since.plus(terms.patience()));
        if (stopped.isPassing() && patient) {
            LOG.warn("the export {} of {} does not come on: {}", export.id(), export.tenant(), stopped.getMessage());
            postpone(export, stopped.failure());
        } else {
            fail(export, stopped);
        }
    }

    private void postpone(Export export, @Nullable ExportFailure why) {
        int failures = export.state().failures() + 1;
        Duration wait = FIRST_RETRY.multipliedBy(1L << Math.min(failures - 1, MAX_DOUBLINGS));
        Instant since = export.state().failingSince();
        Instant now = now();
        save(export.with(
                export.state().held(failures, since == null && why != null ? now : since, now.plus(wait), why)));
    }

    private void fail(Export export, ExportStopped stopped) {
        Instant now = now();
        Export ended = export.with(export.state().ended(ExportStatus.FAILED, stopped.failure(), now));
        boolean done = run.repository().transactions().inTransaction(export.tenant(), tx -> {
            boolean saved = run.repository().save(tx, ended, now).isPresent();
            if (saved) {
                journal.ended(tx, ended, stopped.failure());
            }
            return saved;
        });
        if (done) {
            failed.increment();
            LOG.warn("the export {} of {} failed: {}", export.id(), export.tenant(), stopped.getMessage());
        }
    }

    private void save(Export export) {
        run.repository()
                .transactions()
                .inTransaction(export.tenant(), tx -> run.repository().save(tx, export, now()));
    }

    /** As the row has it now: some steps may have been done. */
    private Optional<Export> current(Export export) {
        return run.repository()
                .find(export.tenant(), export.id())
                .filter(found -> found.state().status().isOpen());
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** Ends the work at the next thousand entries; it goes on when there is an instance again. */
    public void stop() {
        stopping = true;
    }

    /** Exports that this instance brought to their end. */
    public long completed() {
        return completed.sum();
    }

    public long failed() {
        return failed.sum();
    }

    /** Entries that this instance has written. */
    public long rows() {
        return run.rows();
    }

    /** Exports that are not over, on whatever instance; zero where another one does them. */
    public long open() {
        return figures.open();
    }

    /** Those whose last attempt failed. */
    public long heldUp() {
        return figures.heldUp();
    }

    /** How far the continuous export that is furthest behind is behind. */
    public Duration lag() {
        return figures.lag();
    }
}
