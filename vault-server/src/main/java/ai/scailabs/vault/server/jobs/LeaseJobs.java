package ai.scailabs.vault.server.jobs;

import ai.scailabs.vault.credentials.lease.EngineStanding;
import ai.scailabs.vault.credentials.lease.LeaseWorker;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Looks twice a second whether a lease is to end, and forgets now and then what ended long ago. On threads of its own. */
public final class LeaseJobs implements AutoCloseable {
    private static final Duration EVERY = Duration.ofMillis(500);
    private static final Duration DISPOSE_EVERY = Duration.ofMinutes(1);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(15);
    private static final int DISPOSED_AT_ONCE = 5_000;

    private final LeaseWorker worker;
    private final BackgroundJobs jobs = new BackgroundJobs();
    private final BackgroundJobs cleaning = new BackgroundJobs();

    private LeaseJobs(LeaseWorker worker) {
        this.worker = worker;
    }

    /** @param standings is told now and then how it stands with all engines */
    public static LeaseJobs start(LeaseWorker worker, Consumer<List<EngineStanding>> standings) {
        LeaseJobs started = new LeaseJobs(worker);
        started.jobs.every(EVERY, EVERY, "the end of leases", worker::run);
        started.cleaning.every(
                DISPOSE_EVERY, DISPOSE_EVERY, "leases that ended", () -> worker.dispose(DISPOSED_AT_ONCE));
        started.cleaning.every(LOOK_EVERY, LOOK_EVERY, "how engines are", () -> standings.accept(worker.standings()));
        return started;
    }

    /** Waits a moment for what is under way; another instance goes on with what is not over. */
    @Override
    public void close() {
        worker.stop();
        jobs.close();
        cleaning.close();
        worker.close();
    }
}
