package ai.scailabs.vault.tenancy.rotation;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the steps of all kinds of jobs have in common. */
final class JobSteps {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
    private static final Duration BETWEEN_PASSES = Duration.ofMillis(500);
    private static final int LONGEST_PROBLEM = 500;

    private final KeyJobRepository jobs;
    private final KeyJobJournal journal;
    private final Clock clock;

    JobSteps(KeyJobRepository jobs, KeyJobJournal journal, Clock clock) {
        this.jobs = jobs;
        this.journal = journal;
        this.clock = clock;
    }

    /** One kind of job. */
    @FunctionalInterface
    interface Kind {
        /**
         * The next step. Safe to break off anywhere and to be done again.
         *
         * @param worker sees what tenants there are
         * @throws ai.scailabs.vault.kernel.error.VaultException when something is away
         */
        StepTaken step(OpenJob open, Connection worker) throws SQLException;
    }

    /** Waits for everybody who could still write under an older generation, and goes on with the pass. */
    StepTaken barrier(OpenJob open) {
        Long barrier = open.state().barrier();
        if (barrier != null && jobs.hasWritersFromBefore(open.space(), barrier)) {
            return new StepTaken.Waits(LOOK_AGAIN, null);
        }
        return advance(open, open.state().at(KeyJobStep.PASS));
    }

    StepTaken advance(OpenJob open, OpenJob.State next) {
        return advance(open, next, tx -> {});
    }

    private StepTaken advance(OpenJob open, OpenJob.State next, Consumer<TenantTransaction> change) {
        return store(open, tx -> {
            change.accept(tx);
            return next;
        });
    }

    /** @param change tells in what state the job is with it */
    StepTaken store(OpenJob open, Function<TenantTransaction, OpenJob.State> change) {
        return jobs.transactions().inTransaction(open.space(), tx -> {
            jobs.advance(tx, open, change.apply(tx), now());
            return StepTaken.ONWARD;
        });
    }

    /**
     * The step that makes a generation: whoever began before it may go on writing under an older one until the barrier.
     *
     * @param change in the same transaction
     */
    StepTaken make(OpenJob open, KeyId made, Consumer<TenantTransaction> change) {
        return store(open, tx -> {
            change.accept(tx);
            OpenJob.State state =
                    open.state().at(KeyJobStep.BARRIER).made(made, KeyJobRepository.currentTransaction(tx));
            journal.began(tx, open, state);
            return state;
        });
    }

    /** The first step of a job that makes no generation. */
    StepTaken begin(OpenJob open, KeyJobStep first) {
        OpenJob.State state = open.state().at(first);
        return advance(open, state, tx -> journal.began(tx, open, state));
    }

    /** At the end of a pass on which something had changed under it. @param done what counts as such already */
    StepTaken passAgain(OpenJob open, long done) {
        advance(open, open.state().anew(done));
        return new StepTaken.Waits(BETWEEN_PASSES, null);
    }

    /** At the end of a pass. @param whenEmpty in the same transaction, when nothing is left behind */
    StepTaken complete(OpenJob open, Consumer<TenantTransaction> whenEmpty) {
        boolean whole = open.state().failed() == 0;
        return jobs.transactions().inTransaction(open.space(), tx -> {
            if (whole) {
                whenEmpty.accept(tx);
            }
            jobs.finish(tx, open, KeyJobStatus.COMPLETED, open.state().problem(), now());
            ErrorCode failure = whole ? null : ErrorCode.INTEGRITY_FAILURE;
            journal.ended(tx, open, open.state(), KeyJobStatus.COMPLETED, failure);
            return StepTaken.DONE;
        });
    }

    void fail(OpenJob open, ErrorCode why, String problem) {
        jobs.transactions().inTransaction(open.space(), tx -> {
            jobs.finish(tx, open, KeyJobStatus.FAILED, problem, now());
            journal.ended(tx, open, open.state(), KeyJobStatus.FAILED, why);
            return tx;
        });
    }

    /** Names what does not open, as long as there is room. */
    static @Nullable String naming(@Nullable String before, List<String> names) {
        String problem = before;
        for (String name : names) {
            String more = problem == null ? "does not open: " + name : problem + ", " + name;
            if (more.length() > LONGEST_PROBLEM) {
                return problem == null || problem.endsWith(" …") ? problem : problem + " …";
            }
            problem = more;
        }
        return problem;
    }

    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
