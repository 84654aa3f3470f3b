package ai.scailabs.vault.server.jobs;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs jobs again and again, one at a time, whatever becomes of the last run. */
public final class BackgroundJobs implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BackgroundJobs.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("background-jobs").daemon().factory());

    /** @param name for the log */
    public void every(Duration interval, Duration firstAfter, String name, Job job) {
        scheduler.scheduleWithFixedDelay(
                () -> run(name, job), firstAfter.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void run(String name, Job job) {
        try {
            job.run();
        } catch (Exception failure) {
            LOG.warn("the job {} failed and will run again", name, failure);
        } catch (Throwable error) {
            // What is thrown from here ends the job for good, and nobody is told.
            LOG.error("the job {} failed by an error and will run again", name, error);
        }
    }

    @Override
    public void close() {
        scheduler.shutdown();
        try {
            if (!scheduler.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                scheduler.shutdownNow();
            }
        } catch (InterruptedException e) {
            scheduler.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    /** Does its work once. */
    @FunctionalInterface
    public interface Job {
        void run() throws Exception;
    }
}
