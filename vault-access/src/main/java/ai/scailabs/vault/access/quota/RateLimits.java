package ai.scailabs.vault.access.quota;

import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * How many units a minute refills, which is also how many a bucket holds.
 *
 * @param perMinute by category; a category that is absent has no limit
 * @param tenantPerMinute for all identities and categories of one tenant together; empty: no such ceiling
 */
public record RateLimits(Map<RateCategory, Integer> perMinute, OptionalInt tenantPerMinute) {
    public static final int MAX_PER_MINUTE = 100_000_000;

    public RateLimits {
        perMinute = Map.copyOf(perMinute);
        perMinute.values().forEach(RateLimits::requireInRange);
        tenantPerMinute.ifPresent(RateLimits::requireInRange);
    }

    /** As the API is documented, with no ceiling for a tenant. */
    public static RateLimits documented() {
        Map<RateCategory, Integer> limits = new EnumMap<>(RateCategory.class);
        for (RateCategory category : RateCategory.values()) {
            limits.put(category, category.perMinute());
        }
        return new RateLimits(limits, OptionalInt.empty());
    }

    private static void requireInRange(int perMinute) {
        if (perMinute < 1 || perMinute > MAX_PER_MINUTE) {
            throw new IllegalArgumentException("not a rate: " + perMinute);
        }
    }
}
