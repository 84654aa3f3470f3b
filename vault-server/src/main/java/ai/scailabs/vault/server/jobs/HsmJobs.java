package ai.scailabs.vault.server.jobs;

import ai.scailabs.vault.pki.hsm.HsmKeyDisposal;
import java.time.Duration;

/** Looks every minute whether a key in the HSM is to be destroyed. On a thread of its own: an HSM may be slow, and other jobs do not wait for it. */
public final class HsmJobs implements AutoCloseable {
    private static final Duration LOOK_EVERY = Duration.ofMinutes(1);
    private static final Duration FIRST = Duration.ofSeconds(5);

    private final BackgroundJobs jobs = new BackgroundJobs();

    private HsmJobs() {}

    public static HsmJobs start(HsmKeyDisposal disposal) {
        HsmJobs started = new HsmJobs();
        started.jobs.every(LOOK_EVERY, FIRST, "hsm-keys", disposal::run);
        return started;
    }

    @Override
    public void close() {
        jobs.close();
    }
}
