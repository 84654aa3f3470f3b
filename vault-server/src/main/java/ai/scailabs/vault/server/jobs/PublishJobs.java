package ai.scailabs.vault.server.jobs;

import ai.scailabs.vault.audit.publish.PublishJob;
import java.time.Duration;

/** Carries new checkpoints outside, twice a minute. On a thread of its own: a place that does not answer holds up nothing else. */
public final class PublishJobs implements AutoCloseable {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(30);
    private static final Duration FIRST_LOOK = Duration.ofSeconds(5);

    private final PublishJob job;
    private final BackgroundJobs jobs = new BackgroundJobs();

    private PublishJobs(PublishJob job) {
        this.job = job;
    }

    public static PublishJobs start(PublishJob job) {
        PublishJobs started = new PublishJobs(job);
        started.jobs.every(LOOK_EVERY, FIRST_LOOK, "audit-publish", job::run);
        return started;
    }

    /** Waits for the checkpoint that is on its way. */
    @Override
    public void close() {
        job.stop();
        jobs.close();
    }
}
