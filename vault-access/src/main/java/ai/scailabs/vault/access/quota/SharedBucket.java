package ai.scailabs.vault.access.quota;

import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One bucket in Redis, from which this instance takes several units at once and hands them out from memory. What it has taken for callers that are not there yet is at most a hundredth of the
 * bucket, at most an eighth of what is left there, and grows from one only while it is asked again and again; so all instances together never grant more
 * than the bucket gives, and nearly nothing lies where it is not wanted. Without locks; one round trip at a time, which all that wait share.
 */
final class SharedBucket {
    private static final int SHARE_OF_LIMIT = 100;
    private static final int SHARE_OF_REST = 8;
    private static final long BUSY_NANOS = Duration.ofSeconds(1).toNanos();
    /** What was taken so long ago is given up: the bucket has refilled in the meantime, and would be exceeded by it. */
    private static final long LAPSE_NANOS = Duration.ofSeconds(10).toNanos();

    private static final int SMALLER_TRIES = 3;
    private static final State UNKNOWN = new State(0, 1, 0, -1, 0);

    private final SharedBuckets buckets;
    private final byte[] name;
    private final int limit;
    private final BucketConfiguration configuration;
    private final LongSupplier nanoTime;
    private final AtomicReference<State> state = new AtomicReference<>(UNKNOWN);
    private final AtomicReference<@Nullable CompletableFuture<Boolean>> running = new AtomicReference<>();
    /** Units that those who wait want together. */
    private final AtomicInteger wanted = new AtomicInteger();

    SharedBucket(SharedBuckets buckets, BucketKey key, int perMinute, LongSupplier nanoTime) {
        this.buckets = buckets;
        this.name = key.nameInRedis(perMinute);
        this.limit = perMinute;
        this.configuration = BucketConfiguration.builder()
                .addLimit(bandwidth -> bandwidth.capacity(perMinute).refillGreedy(perMinute, Duration.ofMinutes(1)))
                .build();
        this.nanoTime = nanoTime;
    }

    /**
     * Up to so many units.
     *
     * @return fewer than asked for, with a time to wait of -1, when Redis does not serve
     */
    Level draw(int units) {
        long deadline = System.nanoTime() + buckets.patience().toNanos();
        int drawn = 0;
        while (true) {
            long now = nanoTime.getAsLong();
            State seen = state.get();
            int use = Math.min(seen.reserveAt(now), units - drawn);
            if (use > 0) {
                if (!state.compareAndSet(seen, seen.without(use))) {
                    continue;
                }
                drawn += use;
                seen = seen.without(use);
            }
            if (drawn == units || seen.isEmptyAt(now)) {
                return new Level(drawn, estimated(seen, now), Math.max(0, seen.emptyUntilNanos() - now));
            }
            wanted.addAndGet(units - drawn);
            boolean served = taken(now, deadline);
            wanted.addAndGet(drawn - units);
            if (!served) {
                return new Level(drawn, estimated(seen, now), -1);
            }
        }
    }

    /** Units that were drawn and not used. */
    void giveBack(int units) {
        state.updateAndGet(seen -> seen.with(units, seen.takenNanos()));
    }

    /** As far as this instance knows: the whole limit when it has never asked. */
    long remaining() {
        return estimated(state.get(), nanoTime.getAsLong());
    }

    private long estimated(State seen, long now) {
        if (seen.rest() < 0) {
            return limit;
        }
        double refilled = (double) (now - seen.takenNanos()) * limit / TimeUnit.MINUTES.toNanos(1);
        return Math.min(limit, seen.rest() + seen.reserveAt(now) + (long) refilled);
    }

    /** Waits for one round trip, of this caller or of another; false when it failed. */
    private boolean taken(long now, long deadline) {
        CompletableFuture<Boolean> mine = new CompletableFuture<>();
        CompletableFuture<Boolean> earlier = running.compareAndExchange(null, mine);
        CompletableFuture<Boolean> awaited = earlier == null ? mine : earlier;
        if (earlier == null) {
            take(state.get().sizeOfNext(Math.min(wanted.get(), limit), limit, now), SMALLER_TRIES, mine);
        }
        try {
            return awaited.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failed) {
            return false;
        } catch (TimeoutException unanswered) {
            // Nor need anybody else wait for it.
            running.compareAndSet(awaited, null);
            buckets.tooSlow(unanswered);
            return false;
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void take(int units, int triesLeft, CompletableFuture<Boolean> outcome) {
        buckets.take(name, configuration, units).whenComplete((probe, failure) -> {
            long now = nanoTime.getAsLong();
            if (failure != null) {
                end(outcome, false);
            } else if (probe.isConsumed()) {
                state.updateAndGet(seen -> seen.taken(units, probe.getRemainingTokens(), now));
                end(outcome, true);
            } else if (probe.getRemainingTokens() > 0 && triesLeft > 0) {
                take((int) Math.min(units, probe.getRemainingTokens()), triesLeft - 1, outcome);
            } else {
                state.updateAndGet(seen -> seen.emptied(waitForOne(probe, units), now));
                end(outcome, true);
            }
        });
    }

    /** The probe tells when all that was asked for would be there. */
    private long waitForOne(ConsumptionProbe probe, int units) {
        long perUnit = TimeUnit.MINUTES.toNanos(1) / limit;
        long missing = units - probe.getRemainingTokens();
        return Math.max(1, probe.getNanosToWaitForRefill() - (missing - 1) * perUnit);
    }

    private void end(CompletableFuture<Boolean> outcome, boolean served) {
        running.compareAndSet(outcome, null);
        outcome.complete(served);
    }

    /**
     * @param reserve units that were taken and not handed out
     * @param lastSize of the last take
     * @param takenNanos when
     * @param rest what the bucket held after it; -1 when it was never asked
     * @param emptyUntilNanos asking before would be in vain
     */
    private record State(int reserve, int lastSize, long takenNanos, long rest, long emptyUntilNanos) {
        int reserveAt(long now) {
            return now - takenNanos < LAPSE_NANOS ? reserve : 0;
        }

        boolean isEmptyAt(long now) {
            return rest == 0 && now - emptyUntilNanos < 0;
        }

        int sizeOfNext(int wanted, int limit, long now) {
            boolean busy = rest > 0 && now - takenNanos < BUSY_NANOS;
            long grown = busy ? Math.min(2L * lastSize, Math.min(limit / SHARE_OF_LIMIT, rest / SHARE_OF_REST)) : 1;
            return (int) Math.max(wanted, grown);
        }

        State without(int units) {
            return new State(reserve - units, lastSize, takenNanos, rest, emptyUntilNanos);
        }

        State with(int units, long now) {
            return new State(reserveAt(now) + units, lastSize, takenNanos, rest, emptyUntilNanos);
        }

        State taken(int units, long left, long now) {
            return new State(reserveAt(now) + units, units, now, left, now);
        }

        State emptied(long nanosToOne, long now) {
            return new State(reserveAt(now), 1, now, 0, now + nanosToOne);
        }
    }
}
