package ai.scailabs.vault.bench.micro;

import ai.scailabs.vault.access.quota.Allowance;
import ai.scailabs.vault.access.quota.Quota;
import ai.scailabs.vault.access.quota.RateCategory;
import ai.scailabs.vault.access.quota.RateLimits;
import ai.scailabs.vault.access.redis.RedisLink;
import ai.scailabs.vault.access.redis.RedisLogin;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.testkit.TestRedis;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** What a call pays for being counted: one identity, by one thread and by two that contend for its bucket. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class QuotaBenchmark {
    private static final TenantId TENANT = new TenantId("tnt_bench");
    private static final IdentityId IDENTITY = new IdentityId("sa:bench");

    /** Whether a real Redis on loopback is shared. */
    @Param({"false", "true"})
    public boolean redis;

    private @Nullable TestRedis server;
    private @Nullable RedisLink link;
    private Quota generous;
    private Quota exhausted;

    @Setup
    public void prepare() {
        if (redis) {
            server = TestRedis.start();
            link = RedisLink.open(
                    RedisLogin.parse(server.url()).orElseThrow(), null, Duration.ofSeconds(1), nanos -> {});
        }
        generous = new Quota(
                new RateLimits(Map.of(RateCategory.SECRETS_READ, RateLimits.MAX_PER_MINUTE), OptionalInt.empty()),
                Clock.systemUTC(),
                System::nanoTime,
                link);
        exhausted = new Quota(
                new RateLimits(Map.of(RateCategory.SECRETS_READ, 1), OptionalInt.empty()),
                Clock.systemUTC(),
                System::nanoTime,
                link);
    }

    @TearDown
    public void end() {
        if (link != null && server != null) {
            link.close();
            server.close();
        }
    }

    @Benchmark
    public Allowance admitted() {
        return generous.spend(TENANT, IDENTITY, RateCategory.SECRETS_READ, 1);
    }

    @Benchmark
    @Threads(2)
    public Allowance admittedToTwoThreads() {
        return generous.spend(TENANT, IDENTITY, RateCategory.SECRETS_READ, 1);
    }

    @Benchmark
    public Allowance refused() {
        return exhausted.spend(TENANT, IDENTITY, RateCategory.SECRETS_READ, 1);
    }
}
