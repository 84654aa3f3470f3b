package ai.scailabs.vault.access.quota;

import io.github.bucket4j.TimeMeter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The bucket of one key: in Redis while that serves, else of this instance alone, which then goes on with what the shared one held last. */
final class QuotaBucket {
    private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final int limit;
    private final TimeMeter time;
    private final @Nullable SharedBuckets redis;
    private final @Nullable SharedBucket shared;
    private final AtomicReference<@Nullable LocalBucket> local = new AtomicReference<>();

    /** @param redis absent: every instance for itself */
    QuotaBucket(BucketKey key, int perMinute, TimeMeter time, @Nullable SharedBuckets redis) {
        this.limit = perMinute;
        this.time = time;
        this.redis = redis;
        this.shared = redis == null ? null : new SharedBucket(redis, key, perMinute, time::currentTimeNanos);
        if (shared == null) {
            local.set(new LocalBucket(perMinute, perMinute, time));
        }
    }

    int limit() {
        return limit;
    }

    /** Up to so many units. */
    Level draw(int units) {
        SharedBucket common = sharedNow();
        if (common == null) {
            return own().draw(units);
        }
        Level level = common.draw(units);
        if (level.nanosToNext() >= 0) {
            if (local.get() != null) {
                local.set(null);
            }
            return level;
        }
        Level rest = own().draw(units - level.drawn());
        return new Level(level.drawn() + rest.drawn(), rest.remaining(), rest.nanosToNext());
    }

    void giveBack(int units) {
        SharedBucket common = sharedNow();
        if (common == null) {
            own().giveBack(units);
        } else {
            common.giveBack(units);
        }
    }

    private @Nullable SharedBucket sharedNow() {
        return redis != null && redis.areUp() ? shared : null;
    }

    private LocalBucket own() {
        LocalBucket known = local.get();
        if (known != null) {
            return known;
        }
        LocalBucket made = new LocalBucket(limit, shared == null ? limit : shared.remaining(), time);
        LocalBucket earlier = local.compareAndExchange(null, made);
        return earlier == null ? made : earlier;
    }

    /** From 0, empty, to 1, full, as this instance knows it. */
    double fill() {
        LocalBucket known = local.get();
        long remaining = known != null ? known.remaining() : shared == null ? limit : shared.remaining();
        return (double) remaining / limit;
    }

    /** Until the bucket is full, when it holds so many. */
    long nanosToFull(long remaining) {
        return (long) ((double) (limit - remaining) * MINUTE_NANOS / limit);
    }
}
