package ai.scailabs.vault.events.delivery;

import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * When what failed is tried again.
 *
 * @param waits after the first failure, after the second, and so on; then it is over
 * @param patience for how long nothing may succeed before the target is disabled
 */
public record RetrySchedule(List<Duration> waits, Duration patience) {
    public static final RetrySchedule USUAL = new RetrySchedule(
            List.of(
                    Duration.ofSeconds(10),
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(30),
                    Duration.ofHours(2),
                    Duration.ofHours(6),
                    Duration.ofHours(12),
                    Duration.ofHours(24)),
            Duration.ofDays(3));

    /** Of the time: a tenth more or less, so that those who failed together do not come back together. */
    private static final double SPREAD = 0.1;

    public RetrySchedule {
        waits = List.copyOf(waits);
    }

    /**
     * Null when there is no other attempt.
     *
     * @param failures 1 or more
     */
    @Nullable
    Duration after(int failures, RandomGenerator random) {
        if (failures > waits.size()) {
            return null;
        }
        double factor = 1 - SPREAD + 2 * SPREAD * random.nextDouble();
        return Duration.ofMillis((long) (waits.get(failures - 1).toMillis() * factor));
    }
}
