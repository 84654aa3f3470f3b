package ai.scailabs.vault.federation.sync;

import ai.scailabs.vault.access.revocation.RevocationList;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.federation.backend.Backend;
import ai.scailabs.vault.federation.backend.BackendOpener;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteVault;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.persistence.due.Backoff;
import ai.scailabs.vault.persistence.due.Due;
import ai.scailabs.vault.persistence.due.DueRows;
import ai.scailabs.vault.persistence.due.FairWork;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies what other vaults hold when it is due. Every instance may: one takes a run, and holds it as long as it is heard of. Several are worked on at a time, of one tenant not all; what fails goes on later where it was, and holds up no other.
 */
public final class CopyWorker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CopyWorker.class);
    private static final int AT_ONCE = 8;
    private static final int OF_A_TENANT = 2;
    private static final int LOOKED_AT = 200;

    private static final String DUE = """
            select d.tenant_id, d.backend_id
            from (
                select s.tenant_id, s.backend_id, s.due_at, row_number() over (partition by s.tenant_id order by s.due_at) as place
                from federation_sync s join tenant t on t.tenant_id = s.tenant_id
                where s.due_at <= ? and t.status = 'active'
            ) d
            where d.place <= ? order by d.due_at limit ?
            """;

    private final DueRows rows;
    private final RunRepository runs;
    private final CopyRepository copies;
    private final CopyJournal journal;
    private final BackendOpener opener;
    private final LocalSides locals;
    private final RevocationList revocations;
    private final Backoff backoff;
    private final CopyListener listener;
    private final Clock clock;
    private final Ids ids;
    private final FairWork work = new FairWork("a copy of a vault", AT_ONCE, OF_A_TENANT, this::work);

    /**
     * @param worker logs in as the worker role; connections in auto-commit mode
     */
    public CopyWorker(
            DataSource worker,
            TenantTransactions transactions,
            BackendOpener opener,
            LocalSides locals,
            RevocationList revocations,
            AuditEntries entries,
            Backoff backoff,
            CopyListener listener,
            Clock clock,
            Ids ids) {
        this.rows = new DueRows(worker);
        this.runs = new RunRepository(transactions);
        this.copies = new CopyRepository(transactions);
        this.journal = new CopyJournal(runs, copies, entries, ids);
        this.opener = opener;
        this.locals = locals;
        this.revocations = revocations;
        this.backoff = backoff;
        this.listener = listener;
        this.clock = clock;
        this.ids = ids;
    }

    /** Begins with what is due now, as far as there is room. Does not wait for it. */
    public void run() throws SQLException {
        Instant now = clock.instant();
        work.run(ofATenant -> rows.find(DUE, now, ofATenant, LOOKED_AT));
    }

    private void work(Due due) {
        Instant now = now();
        runs.take(due.tenant(), due.id(), ids.nextUuid(), ids.nextUuid(), now, now.plus(CopyLease.HELD))
                .ifPresent(this::work);
    }

    private void work(CopyRun run) {
        LOG.debug("{}: {} goes on behind \"{}\"", run.backend(), run.text(), run.position());
        try {
            switch (turn(run)) {
                case DONE -> finish(run);
                case STOPPED -> runs.giveBack(run, now());
                case LOST -> LOG.debug("{}: {} is another's, or over", run.backend(), run.text());
            }
        } catch (RemoteException failed) {
            LOG.info("{} is not copied now: {}", run.backend(), failed.getMessage());
            fail(
                    run,
                    new CopyJournal.Failure(
                            ErrorCode.BACKEND_UNAVAILABLE,
                            failed.failure().reason(),
                            String.valueOf(failed.getMessage())),
                    failed);
        } catch (VaultException refused) {
            fail(
                    run,
                    new CopyJournal.Failure(
                            refused.code(),
                            String.valueOf(refused.details()
                                    .getOrDefault("state", refused.code().code())),
                            String.valueOf(refused.getMessage())),
                    null);
        } catch (RuntimeException failure) {
            LOG.warn("{} is not copied now", run.backend(), failure);
            fail(
                    run,
                    new CopyJournal.Failure(
                            ErrorCode.INTERNAL_ERROR,
                            ErrorCode.INTERNAL_ERROR.code(),
                            "The run failed; the log of the service says why"),
                    null);
        }
    }

    private CopyTurn.Ending turn(CopyRun run) throws RemoteException {
        Backend backend = run.backend();
        revocations.require(run.plan().right().asToken());
        RemoteVault opened = opener.openPatiently(backend);
        try (PacedVault vault = new PacedVault(opened, run.plan().callsPerSecond());
                CopyLease lease = new CopyLease(run, runs, clock)) {
            PathCopier copier = new PathCopier(
                    vault, locals.of(backend), locals.fingerprints(backend), run.startedAt(), clock, ids);
            return new CopyTurn(run, runs, copies, vault, copier, journal, lease, work::isStopping).work();
        }
    }

    private void finish(CopyRun run) {
        journal.finish(run, now(), run.plan().interval()).ifPresent(finished -> {
            LOG.debug("{}: {} is over: {}", run.backend(), run.text(), finished.outcome());
            listener.ran(run.backend().type(), "completed", finished.millis());
        });
    }

    private void fail(CopyRun run, CopyJournal.Failure failure, @Nullable RemoteException cause) {
        Instant now = now();
        Instant wish = cause == null || cause.retryAfter() == null ? null : now.plus(cause.retryAfter());
        Instant next = backoff.again(run.attempts(), false, wish, now);
        Instant latest = now.plus(run.plan().interval());
        // Whoever waits for the next one anyway need not wait longer, unless the vault asks for it.
        Instant soon = wish == null && next.isAfter(latest) ? latest : next;
        if (journal.fail(run, failure, now, soon.truncatedTo(ChronoUnit.MICROS))) {
            listener.ran(
                    run.backend().type(),
                    failure.reason(),
                    Duration.between(run.startedAt(), now).toMillis());
        }
    }

    /** As the database keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** Begins with nothing more; what is under way ends at its next step. */
    public void stop() {
        work.stop();
    }

    /** Waits a moment for what is under way; what is not over then another instance goes on with. */
    @Override
    public void close() {
        work.close();
    }
}
