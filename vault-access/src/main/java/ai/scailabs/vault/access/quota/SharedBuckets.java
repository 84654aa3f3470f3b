package ai.scailabs.vault.access.quota;

import ai.scailabs.vault.access.redis.RedisLink;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.AsyncProxyManager;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The buckets in Redis, as all instances see them. A bucket that is full again is removed there by its expiry. */
final class SharedBuckets {
    private static final Duration KEPT_BEYOND_FULL = Duration.ofSeconds(10);

    private final RedisLink link;
    private final TimeMeter wallClock;
    private volatile @Nullable Proxies proxies;

    /** @param wallClock all instances must mean the same by it, as the time of the last refill lies in the bucket */
    SharedBuckets(RedisLink link, TimeMeter wallClock) {
        this.link = link;
        this.wallClock = wallClock;
    }

    Duration patience() {
        return link.patience();
    }

    boolean areUp() {
        return link.isUp();
    }

    /** Takes so many units or none; completes within the link's patience for each round trip, exceptionally when Redis does not serve. */
    CompletableFuture<ConsumptionProbe> take(byte[] name, BucketConfiguration configuration, int units) {
        StatefulRedisConnection<byte[], byte[]> connection = link.connection();
        if (connection == null) {
            return CompletableFuture.failedFuture(new RedisException("not connected"));
        }
        long before = System.nanoTime();
        CompletableFuture<ConsumptionProbe> taken;
        try {
            taken = managerOf(connection).builder().build(name, configuration).tryConsumeAndReturnRemaining(units);
        } catch (RuntimeException refused) {
            link.failed(connection, refused);
            return CompletableFuture.failedFuture(refused);
        }
        return taken.whenComplete((probe, failure) -> {
            if (failure == null) {
                link.answered(System.nanoTime() - before);
            } else {
                link.failed(connection, failure);
            }
        });
    }

    /** A caller has waited as long as it may. */
    void tooSlow(TimeoutException unanswered) {
        StatefulRedisConnection<byte[], byte[]> connection = link.connection();
        if (connection != null) {
            link.failed(connection, unanswered);
        }
    }

    private AsyncProxyManager<byte[]> managerOf(StatefulRedisConnection<byte[], byte[]> connection) {
        Proxies known = proxies;
        if (known == null || known.connection() != connection) {
            known = new Proxies(
                    connection,
                    Bucket4jLettuce.casBasedBuilder(connection)
                            .clientClock(wallClock)
                            .requestTimeout(link.patience())
                            .expirationAfterWrite(
                                    ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(KEPT_BEYOND_FULL))
                            .build()
                            .asAsync());
            proxies = known;
        }
        return known.manager();
    }

    private record Proxies(StatefulRedisConnection<byte[], byte[]> connection, AsyncProxyManager<byte[]> manager) {}
}
