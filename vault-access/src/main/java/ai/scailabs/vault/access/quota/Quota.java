package ai.scailabs.vault.access.quota;

import ai.scailabs.vault.access.redis.RedisLink;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.TenantId;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.TimeMeter;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives out what identities may ask in a minute: a bucket for each identity and category, refilled without pause, that lets as many come at once as it holds.
 * Beside it, where that is set, one bucket for all of a tenant. Thread-safe.
 *
 * <p>A bucket that nobody asked for two minutes is forgotten, which changes nothing: it has been full for a minute. When there are more than a hundred
 * thousand besides, the one that is asked least is forgotten early and is full when it is asked again. Whoever would use that to get round a limit needs as many
 * identities, each of which may ask as much by itself; the ceilings of tenants lie apart, where identities do not push them out.
 */
public final class Quota {
    private static final int MAX_BUCKETS = 100_000;
    private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(2);
    private static final Duration FIGURES_GOOD_FOR = Duration.ofSeconds(1);

    private final RateLimits limits;
    private final Clock clock;
    private final TimeMeter time;
    private final @Nullable SharedBuckets shared;
    private final int[] perMinute = new int[RateCategory.values().length];
    private final Cache<BucketKey, QuotaBucket> identities;
    private final Cache<BucketKey, QuotaBucket> tenants;
    private final Map<RateCategory, LongAdder> refusals = new EnumMap<>(RateCategory.class);
    private final LongAdder tenantRefusals = new LongAdder();
    private volatile Fills fills = new Fills(Map.of(), 0, false);

    /**
     * @param nanoTime never goes back: {@code System::nanoTime}
     * @param redis absent: this instance counts for itself
     */
    public Quota(RateLimits limits, Clock clock, LongSupplier nanoTime, @Nullable RedisLink redis) {
        this.limits = limits;
        this.clock = clock;
        this.time = meter(nanoTime, false);
        this.shared = redis == null
                ? null
                : new SharedBuckets(redis, meter(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()), true));
        this.identities = buckets(nanoTime);
        this.tenants = buckets(nanoTime);
        for (RateCategory category : RateCategory.values()) {
            perMinute[category.ordinal()] = limits.perMinute().getOrDefault(category, 0);
            refusals.put(category, new LongAdder());
        }
    }

    private static TimeMeter meter(LongSupplier nanos, boolean wallClock) {
        return new TimeMeter() {
            @Override
            public long currentTimeNanos() {
                return nanos.getAsLong();
            }

            @Override
            public boolean isWallClockBased() {
                return wallClock;
            }
        };
    }

    private static Cache<BucketKey, QuotaBucket> buckets(LongSupplier nanoTime) {
        return Caffeine.newBuilder()
                .maximumSize(MAX_BUCKETS)
                .expireAfterAccess(FORGOTTEN_AFTER)
                .ticker(nanoTime::getAsLong)
                .executor(Runnable::run)
                .build();
    }

    /**
     * Pays up to so many units from the identity's bucket and, where there is a ceiling, from its tenant's. What the tenant cannot pay, the identity keeps.
     *
     * @param tenant the identity's own, whichever it acts on
     */
    public Allowance spend(TenantId tenant, IdentityId identity, RateCategory category, int units) {
        int limit = perMinute[category.ordinal()];
        if (limit == 0) {
            return spendOfTenant(tenant, units, Allowance.unlimited(units), null);
        }
        QuotaBucket bucket = identityBucket(tenant, identity, category, limit);
        Allowance own = allowance(bucket, bucket.draw(units), units, false);
        if (own.granted() < units) {
            refusals(category).increment();
        }
        return own.granted() == 0 ? own : spendOfTenant(tenant, own.granted(), own, bucket);
    }

    /** For a caller of whom only the address is known. It is nobody's, so no ceiling of a tenant is there for others to use up. */
    public Allowance spendOfSource(IdentityId source, RateCategory category) {
        int limit = perMinute[category.ordinal()];
        if (limit == 0) {
            return Allowance.unlimited(1);
        }
        QuotaBucket bucket = identityBucket(TenantId.UNIDENTIFIED, source, category, limit);
        Allowance allowance = allowance(bucket, bucket.draw(1), 1, false);
        if (allowance.granted() == 0) {
            refusals(category).increment();
        }
        return allowance;
    }

    private Allowance spendOfTenant(TenantId tenant, int units, Allowance own, @Nullable QuotaBucket bucket) {
        OptionalInt ceiling = limits.tenantPerMinute();
        if (ceiling.isEmpty()) {
            return own;
        }
        QuotaBucket common = tenantBucket(tenant, ceiling.getAsInt());
        Allowance tenants = allowance(common, common.draw(units), units, true);
        if (tenants.granted() == units) {
            return own;
        }
        tenantRefusals.increment();
        if (bucket != null) {
            bucket.giveBack(units - tenants.granted());
        }
        return tenants;
    }

    /** Units that were paid for something that was not had after all. */
    public void giveBack(TenantId tenant, IdentityId identity, RateCategory category, int units) {
        if (units < 1) {
            return;
        }
        int limit = perMinute[category.ordinal()];
        if (limit > 0) {
            identityBucket(tenant, identity, category, limit).giveBack(units);
        }
        if (limits.tenantPerMinute().isPresent()) {
            tenantBucket(tenant, limits.tenantPerMinute().getAsInt()).giveBack(units);
        }
    }

    private QuotaBucket identityBucket(TenantId tenant, IdentityId identity, RateCategory category, int limit) {
        BucketKey key = new BucketKey(tenant, identity, category);
        QuotaBucket known = identities.getIfPresent(key);
        return known != null ? known : identities.get(key, missing -> new QuotaBucket(missing, limit, time, shared));
    }

    private QuotaBucket tenantBucket(TenantId tenant, int limit) {
        return tenants.get(new BucketKey(tenant, null, null), missing -> new QuotaBucket(missing, limit, time, shared));
    }

    private Allowance allowance(QuotaBucket bucket, Level level, int units, boolean ceiling) {
        long resetNanos = bucket.nanosToFull(level.remaining());
        long resetMillis = clock.millis() + TimeUnit.NANOSECONDS.toMillis(resetNanos);
        return new Allowance(
                level.drawn(),
                bucket.limit(),
                level.remaining(),
                Math.ceilDiv(resetMillis, 1_000),
                level.drawn() == units ? 0 : Math.max(1, Math.ceilDiv(level.nanosToNext(), 1_000_000_000L)),
                ceiling);
    }

    /** Requests and batches that were cut by an identity's own bucket since the start. */
    public long refusalCount(RateCategory category) {
        return refusals(category).sum();
    }

    /** Those that were cut by the ceiling of a tenant. */
    public long tenantRefusalCount() {
        return tenantRefusals.sum();
    }

    public long bucketCount() {
        return identities.estimatedSize() + tenants.estimatedSize();
    }

    /** How full the emptiest bucket of the category is that this instance knows, from 0 to 1. */
    public double lowestFill(RateCategory category) {
        Fills known = fills;
        long now = time.currentTimeNanos();
        if (!known.taken() || now - known.takenNanos() >= FIGURES_GOOD_FOR.toNanos()) {
            Map<RateCategory, Double> lowest = new EnumMap<>(RateCategory.class);
            identities.asMap().forEach((key, bucket) -> {
                if (key.category() != null) {
                    lowest.merge(key.category(), bucket.fill(), Math::min);
                }
            });
            known = new Fills(lowest, now, true);
            fills = known;
        }
        return known.lowest().getOrDefault(category, 1.0);
    }

    private LongAdder refusals(RateCategory category) {
        return refusals.computeIfAbsent(category, missing -> new LongAdder());
    }

    private record Fills(Map<RateCategory, Double> lowest, long takenNanos, boolean taken) {}
}
