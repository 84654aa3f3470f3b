package ai.scailabs.vault.server.metrics;

import ai.scailabs.vault.access.quota.Quota;
import ai.scailabs.vault.access.quota.RateCategory;
import ai.scailabs.vault.access.redis.RedisLink;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Rate limits and Redis. No series is named after an identity: callers would decide how many there are. */
public final class QuotaMeters {
    /** @param redis absent: no series about it */
    public QuotaMeters(MeterRegistry registry, Quota quota, @Nullable RedisLink redis) {
        for (RateCategory category : RateCategory.values()) {
            hits(registry, quota, category.wireName(), limits -> limits.refusalCount(category));
            Gauge.builder("scaivault.rate.limit.bucket.fill", quota, limits -> limits.lowestFill(category))
                    .tag("category", category.wireName())
                    .tag("identity", "lowest")
                    .register(registry);
        }
        hits(registry, quota, "tenant", Quota::tenantRefusalCount);
        Gauge.builder("scaivault.rate.limit.buckets", quota, Quota::bucketCount).register(registry);
        if (redis != null) {
            Gauge.builder("scaivault.redis.up", redis, link -> link.isUp() ? 1 : 0)
                    .register(registry);
        }
    }

    private static void hits(MeterRegistry registry, Quota quota, String category, ToDoubleFunction<Quota> count) {
        FunctionCounter.builder("scaivault.rate.limit.hits", quota, count)
                .tag("category", category)
                .register(registry);
    }
}
