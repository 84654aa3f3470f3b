package ai.scailabs.vault.access.quota;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.EstimationProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;

/** A bucket of this instance alone, without locks. */
final class LocalBucket {
    private final Bucket bucket;

    /** @param initial units in it at first */
    LocalBucket(int perMinute, long initial, TimeMeter time) {
        this.bucket = Bucket.builder()
                .addLimit(limit -> limit.capacity(perMinute)
                        .refillGreedy(perMinute, Duration.ofMinutes(1))
                        .initialTokens(initial))
                .withCustomTimePrecision(time)
                .build();
    }

    /** Up to so many units. */
    Level draw(int units) {
        if (units == 1) {
            ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
            return new Level(probe.isConsumed() ? 1 : 0, probe.getRemainingTokens(), probe.getNanosToWaitForRefill());
        }
        int drawn = (int) bucket.tryConsumeAsMuchAsPossible(units);
        EstimationProbe next = bucket.estimateAbilityToConsume(1);
        return new Level(drawn, next.getRemainingTokens(), next.getNanosToWaitForRefill());
    }

    void giveBack(int units) {
        bucket.addTokens(units);
    }

    long remaining() {
        return bucket.getAvailableTokens();
    }
}
