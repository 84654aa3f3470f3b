package ai.scailabs.vault.server.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BackgroundJobsTest {
    @Test
    void jobThatFailed_runsAgain_alsoAfterAnError() throws InterruptedException {
        AtomicInteger runs = new AtomicInteger();
        CountDownLatch third = new CountDownLatch(1);
        try (BackgroundJobs jobs = new BackgroundJobs()) {
            jobs.every(Duration.ofMillis(1), Duration.ZERO, "failing", () -> {
                switch (runs.incrementAndGet()) {
                    case 1 -> throw new IllegalStateException("failed");
                    case 2 -> throw new StackOverflowError("failed");
                    default -> third.countDown();
                }
            });
            assertThat(third.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }
}
