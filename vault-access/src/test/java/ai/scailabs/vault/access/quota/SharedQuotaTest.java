package ai.scailabs.vault.access.quota;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.access.MovableClock;
import ai.scailabs.vault.access.redis.RedisLink;
import ai.scailabs.vault.access.redis.RedisLogin;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.testkit.TestRedis;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two instances on one real Redis, on a clock that both mean and that stands still until it is moved. */
class SharedQuotaTest {
    private static final TenantId ACME = new TenantId("tnt_acme");
    private static final IdentityId MAILER = new IdentityId("sa:mailer");

    /** Longer than a busy machine may keep a healthy Redis waiting. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final MovableClock clock = new MovableClock(Instant.parse("2026-05-01T10:00:00Z"));
    private final AtomicLong nanos = new AtomicLong(5_000_000_000L);
    private final TestRedis redis = TestRedis.start();
    private final RedisLink linkOfOne = link();
    private final RedisLink linkOfTwo = link();
    private final Quota one = quota(linkOfOne, RateLimits.documented());
    private final Quota two = quota(linkOfTwo, RateLimits.documented());

    private RedisLink link() {
        return RedisLink.open(RedisLogin.parse(redis.url()).orElseThrow(), null, PATIENCE, ignored -> {});
    }

    private Quota quota(RedisLink link, RateLimits limits) {
        return new Quota(limits, clock, nanos::get, link);
    }

    @AfterEach
    void close() {
        linkOfOne.close();
        linkOfTwo.close();
        redis.close();
    }

    private void advance(Duration duration) {
        clock.advance(duration);
        nanos.addAndGet(duration.toNanos());
    }

    private static int admitted(Quota quota, RateCategory category, int calls) {
        int admitted = 0;
        for (int i = 0; i < calls; i++) {
            admitted += quota.spend(ACME, MAILER, category, 1).granted();
        }
        return admitted;
    }

    private int admittedByBoth(RateCategory category) {
        int admitted = 0;
        for (int i = 0; i < category.perMinute() + 20; i++) {
            admitted += admitted(one, category, 1) + admitted(two, category, 1);
        }
        return admitted;
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("patience").isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    @ParameterizedTest
    @EnumSource
    void bothTogether_admitTheDocumentedNumber_toTheUnit(RateCategory category) {
        assertThat(admittedByBoth(category)).isEqualTo(category.perMinute());
        advance(Duration.ofMinutes(1));
        assertThat(admittedByBoth(category)).isEqualTo(category.perMinute());
    }

    @Test
    void manyCallersOfBoth_areAdmittedToTheUnit() throws Exception {
        AtomicInteger admitted = new AtomicInteger();
        List<Future<?>> callers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int caller = 0; caller < 16; caller++) {
                Quota instance = caller % 2 == 0 ? one : two;
                callers.add(
                        threads.submit(() -> admitted.addAndGet(admitted(instance, RateCategory.SECRETS_READ, 500))));
            }
            for (Future<?> caller : callers) {
                caller.get();
            }
        }
        assertThat(admitted).hasValue(1_000);
    }

    /** What it took and did not hand out is what the other cannot have: less than one in a hundred. */
    @Test
    void instanceThatIsAskedNoMore_keepsLessThanOneInAHundred() {
        int ofOne = admitted(one, RateCategory.SECRETS_READ, 301);
        int ofTwo = admitted(two, RateCategory.SECRETS_READ, 1_000);
        assertThat(ofOne).isEqualTo(301);
        assertThat(ofOne + ofTwo).isBetween(991, 1_000);
        advance(Duration.ofMinutes(2));
        assertThat(admittedByBoth(RateCategory.SECRETS_READ))
                .as("what was kept has lapsed")
                .isEqualTo(1_000);
    }

    @Test
    void seldomCaller_takesNothingInAdvance() {
        for (int i = 0; i < 20; i++) {
            admitted(one, RateCategory.SECRETS_READ, 1);
            advance(Duration.ofSeconds(2));
        }
        assertThat(admitted(two, RateCategory.SECRETS_READ, 1_100)).isEqualTo(1_000);
    }

    @Test
    void roundTrips_areFew() {
        AtomicLong trips = new AtomicLong();
        try (RedisLink counted = RedisLink.open(
                RedisLogin.parse(redis.url()).orElseThrow(), null, PATIENCE, ignored -> trips.incrementAndGet())) {
            Quota instance = quota(counted, RateLimits.documented());
            long before = trips.get();
            assertThat(admitted(instance, RateCategory.SECRETS_READ, 900)).isEqualTo(900);
            assertThat(trips.get() - before).as("takes for 900 calls").isLessThan(110);
            admitted(instance, RateCategory.SECRETS_READ, 200);
            before = trips.get();
            assertThat(admitted(instance, RateCategory.SECRETS_READ, 10_000)).isZero();
            assertThat(trips.get() - before)
                    .as("refusals do not ask Redis again before a unit can be there")
                    .isLessThan(5);
        }
    }

    /** Five hundred that come at once to a small bucket wait for a few takes, not one after the other. */
    @Test
    void crowd_isServedByFewRoundTrips_toTheUnit() throws Exception {
        AtomicLong trips = new AtomicLong();
        try (RedisLink counted = RedisLink.open(
                        RedisLogin.parse(redis.url()).orElseThrow(),
                        null,
                        PATIENCE,
                        ignored -> trips.incrementAndGet());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Quota instance = quota(counted, RateLimits.documented());
            long before = trips.get();
            AtomicInteger admitted = new AtomicInteger();
            CountDownLatch all = new CountDownLatch(500);
            List<Future<?>> callers = new ArrayList<>();
            for (int caller = 0; caller < 500; caller++) {
                callers.add(threads.submit(() -> {
                    all.countDown();
                    all.await();
                    return admitted.addAndGet(admitted(instance, RateCategory.SECRETS_WRITE, 1));
                }));
            }
            for (Future<?> caller : callers) {
                caller.get();
            }
            assertThat(admitted).hasValue(100);
            assertThat(trips.get() - before).isLessThan(60);
        }
    }

    @Test
    void retryAfter_isTrue_andFiguresAreThoseOfBoth() {
        admitted(one, RateCategory.AUDIT_EXPORT, 3);
        Allowance fourth = two.spend(ACME, MAILER, RateCategory.AUDIT_EXPORT, 1);
        assertThat(fourth.limit()).isEqualTo(5);
        assertThat(fourth.remaining()).isOne();
        admitted(two, RateCategory.AUDIT_EXPORT, 1);
        Allowance refused = one.spend(ACME, MAILER, RateCategory.AUDIT_EXPORT, 1);
        assertThat(refused.granted()).isZero();
        assertThat(refused.remaining()).isZero();
        assertThat(refused.retryAfterSeconds()).isEqualTo(12);
        advance(Duration.ofSeconds(11));
        assertThat(admitted(one, RateCategory.AUDIT_EXPORT, 1)).isZero();
        advance(Duration.ofSeconds(1));
        assertThat(admitted(one, RateCategory.AUDIT_EXPORT, 1)).isOne();
    }

    @Test
    void batch_paysWhatTheSharedBucketHolds_andWhatIsGivenBackIsThereAgain() {
        admitted(one, RateCategory.BATCH_READ, 70);
        Allowance cut = two.spend(ACME, MAILER, RateCategory.BATCH_READ, 100);
        assertThat(cut.granted()).isEqualTo(30);
        assertThat(cut.retryAfterSeconds()).isOne();
        two.giveBack(ACME, MAILER, RateCategory.BATCH_READ, 12);
        assertThat(two.spend(ACME, MAILER, RateCategory.BATCH_READ, 100).granted())
                .isEqualTo(12);
    }

    @Test
    void ceilingOfATenant_isSharedToo() {
        RateLimits capped = new RateLimits(RateLimits.documented().perMinute(), OptionalInt.of(40));
        Quota first = quota(linkOfOne, capped);
        Quota second = quota(linkOfTwo, capped);
        int admitted = 0;
        for (int i = 0; i < 50; i++) {
            admitted += admitted(first, RateCategory.SECRETS_READ, 1) + admitted(second, RateCategory.SECRETS_READ, 1);
        }
        assertThat(admitted).isEqualTo(40);
    }

    @Test
    void killedRedis_letsEachGoOnByItself_fromWhatWasLeft_andBothShareAgainAfterwards() {
        assertThat(admitted(one, RateCategory.SECRETS_READ, 600)).isEqualTo(600);
        redis.kill9();
        long before = System.nanoTime();
        int afterKill = admitted(one, RateCategory.SECRETS_READ, 1_000);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
        assertThat(afterKill).as("no full bucket is given as a present").isBetween(400, 410);
        assertThat(linkOfOne.isUp()).isFalse();

        redis.restart();
        await(() -> linkOfOne.isUp() && linkOfTwo.isUp());
        advance(Duration.ofMinutes(1));
        assertThat(admittedByBoth(RateCategory.SECRETS_READ)).isEqualTo(1_000);
    }

    @Test
    void bucketThatIsEmptyWhenRedisDies_staysEmpty_andRefills() {
        assertThat(admitted(one, RateCategory.AUDIT_EXPORT, 9)).isEqualTo(5);
        redis.kill9();
        await(() -> !linkOfOne.isUp());
        Allowance refused = one.spend(ACME, MAILER, RateCategory.AUDIT_EXPORT, 1);
        assertThat(refused.granted()).isZero();
        assertThat(refused.retryAfterSeconds()).isEqualTo(12);
        advance(Duration.ofSeconds(12));
        assertThat(admitted(one, RateCategory.AUDIT_EXPORT, 9)).isOne();
        assertThat(admitted(two, RateCategory.AUDIT_EXPORT, 9))
                .as("an instance that was never asked knows of nothing that was taken")
                .isEqualTo(5);
    }

    @Test
    void haltedRedis_costsATimeOutOnce_andNobodyWaitsAfterwards() {
        Duration patience = Duration.ofMillis(300);
        try (RedisLink link =
                RedisLink.open(RedisLogin.parse(redis.url()).orElseThrow(), null, patience, ignored -> {})) {
            Quota instance = quota(link, RateLimits.documented());
            redis.halt();
            long before = System.nanoTime();
            assertThat(admitted(instance, RateCategory.SECRETS_DELETE, 1)).isOne();
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(3));
            await(() -> !link.isUp());
            before = System.nanoTime();
            // Ninety waits would be 27 seconds.
            assertThat(admitted(instance, RateCategory.SECRETS_LIST, 90)).isEqualTo(90);
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(3));
            redis.resume();
            await(link::isUp);
            assertThat(admitted(instance, RateCategory.SECRETS_DELETE, 1)).isOne();
        }
    }

    /** As docs/operations/rate-limits.md lists them. */
    @Test
    void loginWithTheDocumentedRights_isEnough() {
        RedisClient client = RedisClient.create(redis.url());
        try (StatefulRedisConnection<String, String> administrator = client.connect()) {
            CommandArgs<String, String> user = new CommandArgs<>(StringCodec.UTF8);
            for (String part : List.of(
                    "SETUSER",
                    "vault",
                    "on",
                    ">quota-word",
                    "~scaivault:quota:*",
                    "+get",
                    "+set",
                    "+psetex",
                    "+eval",
                    "+hello",
                    "+ping",
                    "+client|setname")) {
                user.add(part);
            }
            administrator.sync().dispatch(CommandType.ACL, new StatusOutput<>(StringCodec.UTF8), user);
        } finally {
            client.shutdown();
        }
        String url = redis.url().replaceFirst("//:.*@", "//vault:quota-word@");
        try (RedisLink least = RedisLink.open(RedisLogin.parse(url).orElseThrow(), null, PATIENCE, ignored -> {})) {
            Quota instance = quota(least, RateLimits.documented());
            assertThat(admitted(instance, RateCategory.AUDIT_EXPORT, 2)).isEqualTo(2);
            assertThat(admitted(one, RateCategory.AUDIT_EXPORT, 20)).isEqualTo(3);
            assertThat(admitted(instance, RateCategory.AUDIT_EXPORT, 2)).isZero();
            assertThat(least.isUp()).isTrue();
            assertThat(least.memoryUsedMb()).isEmpty();
            assertThat(least.isUp()).isTrue();
        }
    }

    /** Whoever may write in Redis can change limits there, and must not be able to break a call. */
    @Test
    void bytesInRedisThatAreNoBucket_areNotBelieved() {
        byte[] name = new BucketKey(ACME, MAILER, RateCategory.AUDIT_EXPORT).nameInRedis(5);
        for (byte[] bytes : List.of(new byte[0], new byte[1], new byte[4_000], "nonsense".getBytes(US_ASCII))) {
            // A link of its own: one that has been given up is tried again later and later.
            try (RedisLink link = link()) {
                Quota quota = quota(link, RateLimits.documented());
                link.connection().sync().set(name, bytes);
                assertThat(admitted(quota, RateCategory.AUDIT_EXPORT, 1)).isLessThanOrEqualTo(1);
                assertThat(admitted(quota, RateCategory.SECRETS_READ, 1)).isOne();
            }
        }
    }

    @Test
    void instancesWithDifferentLimits_doNotShare() {
        RateLimits other = new RateLimits(java.util.Map.of(RateCategory.AUDIT_EXPORT, 7), OptionalInt.empty());
        assertThat(admitted(one, RateCategory.AUDIT_EXPORT, 20)).isEqualTo(5);
        assertThat(admitted(quota(linkOfTwo, other), RateCategory.AUDIT_EXPORT, 20))
                .isEqualTo(7);
    }
}
