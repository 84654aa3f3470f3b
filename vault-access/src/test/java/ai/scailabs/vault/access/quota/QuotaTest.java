package ai.scailabs.vault.access.quota;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.access.MovableClock;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The numbers, to the unit, on a clock that stands still until it is moved. */
class QuotaTest {
    private static final TenantId ACME = new TenantId("tnt_acme");
    private static final TenantId OTHER = new TenantId("tnt_other");
    private static final IdentityId MAILER = new IdentityId("sa:mailer");
    private static final IdentityId BILLING = new IdentityId("sa:billing");

    private final MovableClock clock = new MovableClock(Instant.parse("2026-05-01T10:00:00.250Z"));
    private final AtomicLong nanos = new AtomicLong(1_000_000_007L);
    private final Quota quota = quota(RateLimits.documented());

    private Quota quota(RateLimits limits) {
        return new Quota(limits, clock, nanos::get, null);
    }

    private void advance(Duration duration) {
        clock.advance(duration);
        nanos.addAndGet(duration.toNanos());
    }

    private static int admitted(Quota quota, TenantId tenant, IdentityId identity, RateCategory category, int calls) {
        int admitted = 0;
        for (int i = 0; i < calls; i++) {
            admitted += quota.spend(tenant, identity, category, 1).granted();
        }
        return admitted;
    }

    private Allowance call(RateCategory category) {
        return quota.spend(ACME, MAILER, category, 1);
    }

    @ParameterizedTest
    @EnumSource
    void burst_isTheDocumentedNumber_andNotOneMore(RateCategory category) {
        int documented = category.perMinute();
        assertThat(admitted(quota, ACME, MAILER, category, documented + 50)).isEqualTo(documented);
        advance(Duration.ofMinutes(1));
        assertThat(admitted(quota, ACME, MAILER, category, documented + 50))
                .as("after a minute as many again, and nothing was saved up")
                .isEqualTo(documented);
        advance(Duration.ofHours(5));
        assertThat(admitted(quota, ACME, MAILER, category, documented + 50)).isEqualTo(documented);
    }

    @ParameterizedTest
    @EnumSource
    void refill_isContinuous(RateCategory category) {
        int documented = category.perMinute();
        admitted(quota, ACME, MAILER, category, documented);
        Duration perUnit = Duration.ofMinutes(1).dividedBy(documented).plusNanos(1);
        for (int i = 0; i < 5; i++) {
            assertThat(call(category).granted()).as("before a unit is there").isZero();
            advance(perUnit);
            assertThat(call(category).granted()).as("when a unit is there").isOne();
        }
    }

    @ParameterizedTest
    @EnumSource
    void retryAfter_isTrue(RateCategory category) {
        admitted(quota, ACME, MAILER, category, category.perMinute());
        Allowance refused = call(category);
        assertThat(refused.granted()).isZero();
        assertThat(refused.retryAfterSeconds()).isBetween(1L, 60L);
        long seconds = refused.retryAfterSeconds();
        if (seconds > 1) {
            advance(Duration.ofSeconds(seconds - 1).minusMillis(1));
            assertThat(call(category).granted()).as("a second less is too soon").isZero();
            advance(Duration.ofSeconds(1).plusMillis(1));
        } else {
            advance(Duration.ofSeconds(1));
        }
        assertThat(call(category).granted()).as("after Retry-After").isOne();
    }

    @Test
    void figures_tellWhatIsLeft_andWhenItIsFullAgain() {
        Allowance first = call(RateCategory.SECRETS_READ);
        assertThat(first.limit()).isEqualTo(1_000);
        assertThat(first.remaining()).isEqualTo(999);
        assertThat(first.retryAfterSeconds()).isZero();
        assertThat(first.resetEpochSecond())
                .isEqualTo(Instant.parse("2026-05-01T10:00:01Z").getEpochSecond());

        admitted(quota, ACME, MAILER, RateCategory.SECRETS_READ, 999);
        Allowance refused = call(RateCategory.SECRETS_READ);
        assertThat(refused.remaining()).isZero();
        assertThat(refused.resetEpochSecond())
                .as("a minute from now, rounded up")
                .isEqualTo(Instant.parse("2026-05-01T10:01:01Z").getEpochSecond());
        advance(Duration.ofSeconds(30));
        assertThat(call(RateCategory.SECRETS_READ).remaining()).isEqualTo(499);
    }

    @Test
    void tenants_identities_andCategories_doNotShare() {
        int reads = RateCategory.SECRETS_READ.perMinute();
        assertThat(admitted(quota, ACME, MAILER, RateCategory.SECRETS_READ, reads + 1))
                .isEqualTo(reads);
        assertThat(admitted(quota, OTHER, MAILER, RateCategory.SECRETS_READ, reads + 1))
                .as("the same identity in another tenant")
                .isEqualTo(reads);
        assertThat(admitted(quota, ACME, BILLING, RateCategory.SECRETS_READ, reads + 1))
                .as("another identity of the tenant")
                .isEqualTo(reads);
        assertThat(admitted(quota, ACME, MAILER, RateCategory.SECRETS_WRITE, 101))
                .as("another category")
                .isEqualTo(100);
        assertThat(admitted(quota, ACME, new IdentityId("user:mailer"), RateCategory.SECRETS_READ, 1))
                .as("a person of that name")
                .isOne();
    }

    @Test
    void severalUnits_arePaidAsFarAsTheyGo_andWhatIsGivenBackIsThereAgain() {
        Allowance paid = quota.spend(ACME, MAILER, RateCategory.BATCH_READ, 60);
        assertThat(paid.granted()).isEqualTo(60);
        assertThat(paid.remaining()).isEqualTo(40);
        Allowance cut = quota.spend(ACME, MAILER, RateCategory.BATCH_READ, 60);
        assertThat(cut.granted()).isEqualTo(40);
        assertThat(cut.retryAfterSeconds()).isOne();
        quota.giveBack(ACME, MAILER, RateCategory.BATCH_READ, 25);
        assertThat(quota.spend(ACME, MAILER, RateCategory.BATCH_READ, 60).granted())
                .isEqualTo(25);
        quota.giveBack(ACME, MAILER, RateCategory.BATCH_READ, 1_000);
        assertThat(quota.spend(ACME, MAILER, RateCategory.BATCH_READ, 1_000).granted())
                .as("a bucket never holds more than its limit")
                .isEqualTo(100);
    }

    @Test
    void categoryWithoutLimit_grantsEverything_andShowsNoFigures() {
        Quota open = quota(new RateLimits(Map.of(), OptionalInt.empty()));
        assertThat(admitted(open, ACME, MAILER, RateCategory.AUDIT_EXPORT, 10_000))
                .isEqualTo(10_000);
        assertThat(open.spend(ACME, MAILER, RateCategory.AUDIT_EXPORT, 1).isLimited())
                .isFalse();
    }

    @Test
    void ceilingOfATenant_holdsForAllOfIt_andOthersDoNotNotice() {
        Quota capped = quota(new RateLimits(RateLimits.documented().perMinute(), OptionalInt.of(150)));
        assertThat(admitted(capped, ACME, MAILER, RateCategory.SECRETS_READ, 100))
                .isEqualTo(100);
        assertThat(admitted(capped, ACME, BILLING, RateCategory.SECRETS_LIST, 60))
                .isEqualTo(50);
        Allowance refused = capped.spend(ACME, BILLING, RateCategory.SECRETS_LIST, 1);
        assertThat(refused.tenantCeiling()).isTrue();
        assertThat(refused.limit()).isEqualTo(150);
        assertThat(refused.retryAfterSeconds()).isOne();
        assertThat(capped.tenantRefusalCount()).isEqualTo(11);
        assertThat(admitted(capped, OTHER, MAILER, RateCategory.SECRETS_READ, 150))
                .isEqualTo(150);
        // Two and a half units a second for the tenant; the identity kept what the tenant could not pay.
        advance(Duration.ofSeconds(20));
        assertThat(admitted(capped, ACME, BILLING, RateCategory.SECRETS_LIST, 100))
                .isEqualTo(50);
    }

    @Test
    void callsRefusedByTheirIdentity_costTheTenantNothing() {
        Quota capped = quota(new RateLimits(RateLimits.documented().perMinute(), OptionalInt.of(60)));
        assertThat(admitted(capped, ACME, MAILER, RateCategory.AUDIT_EXPORT, 500))
                .isEqualTo(5);
        assertThat(admitted(capped, ACME, BILLING, RateCategory.SECRETS_READ, 100))
                .isEqualTo(55);
    }

    @Test
    void batchUnderACeiling_paysOnlyWhatTheTenantCan() {
        Quota capped = quota(new RateLimits(RateLimits.documented().perMinute(), OptionalInt.of(30)));
        Allowance cut = capped.spend(ACME, MAILER, RateCategory.SECRETS_READ, 40);
        assertThat(cut.granted()).isEqualTo(30);
        assertThat(cut.tenantCeiling()).isTrue();
        capped.giveBack(ACME, MAILER, RateCategory.SECRETS_READ, 10);
        assertThat(capped.spend(ACME, BILLING, RateCategory.SECRETS_READ, 40).granted())
                .isEqualTo(10);
    }

    @Test
    void manyAtOnce_areAdmittedToTheUnit() throws Exception {
        AtomicInteger admitted = new AtomicInteger();
        List<Future<?>> callers = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int caller = 0; caller < 8; caller++) {
                callers.add(threads.submit(
                        () -> admitted.addAndGet(admitted(quota, ACME, MAILER, RateCategory.SECRETS_READ, 2_000))));
            }
            for (Future<?> caller : callers) {
                caller.get();
            }
        }
        assertThat(admitted).hasValue(1_000);
        assertThat(quota.refusalCount(RateCategory.SECRETS_READ)).isEqualTo(15_000);
    }

    /** An evicted bucket is a full one: what is forgotten in the ordinary way must have been full. */
    @Test
    void bucketsOfTheLastMinute_areKept_andForgottenOnlyWhenTheyAreFullAgain() {
        admitted(quota, ACME, MAILER, RateCategory.AUDIT_EXPORT, 5);
        for (int i = 0; i < 20_000; i++) {
            quota.spend(OTHER, new IdentityId("sa:flood-" + i), RateCategory.SECRETS_READ, 1);
        }
        assertThat(call(RateCategory.AUDIT_EXPORT).granted())
                .as("twenty thousand identities of another tenant push nobody out")
                .isZero();
        advance(Duration.ofMinutes(3));
        quota.spend(OTHER, MAILER, RateCategory.SECRETS_READ, 1);
        assertThat(call(RateCategory.AUDIT_EXPORT).remaining()).isEqualTo(4);
    }

    @Test
    void flood_isBounded() {
        for (int i = 0; i < 130_000; i++) {
            quota.spend(OTHER, new IdentityId("sa:flood-" + i), RateCategory.SECRETS_READ, 1);
        }
        assertThat(quota.bucketCount()).isLessThanOrEqualTo(100_001);
    }

    @Test
    void identityThatAsksAllTheTime_isNotPushedOutByAFlood() {
        Quota small = quota(RateLimits.documented());
        int admitted = 0;
        for (int i = 0; i < 150_000; i++) {
            small.spend(OTHER, new IdentityId("sa:flood-" + i), RateCategory.SECRETS_READ, 1);
            admitted += small.spend(ACME, MAILER, RateCategory.AUDIT_EXPORT, 1).granted();
        }
        assertThat(admitted).isEqualTo(5);
    }

    @Test
    void lowestFill_isThatOfTheEmptiestBucket() {
        assertThat(quota.lowestFill(RateCategory.SECRETS_WRITE)).isEqualTo(1.0);
        admitted(quota, ACME, MAILER, RateCategory.SECRETS_WRITE, 75);
        admitted(quota, ACME, BILLING, RateCategory.SECRETS_WRITE, 10);
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(quota.lowestFill(RateCategory.SECRETS_WRITE)).isEqualTo(0.26);
        assertThat(quota.lowestFill(RateCategory.SECRETS_READ)).isEqualTo(1.0);
    }

    @Test
    void nameInRedis_isAHash_andDiffersWithEveryPart() {
        BucketKey key = new BucketKey(ACME, MAILER, RateCategory.SECRETS_READ);
        List<byte[]> names = List.of(
                key.nameInRedis(1_000),
                key.nameInRedis(999),
                new BucketKey(OTHER, MAILER, RateCategory.SECRETS_READ).nameInRedis(1_000),
                new BucketKey(ACME, BILLING, RateCategory.SECRETS_READ).nameInRedis(1_000),
                new BucketKey(ACME, MAILER, RateCategory.SECRETS_WRITE).nameInRedis(1_000),
                new BucketKey(ACME, null, null).nameInRedis(1_000));
        List<String> texts = names.stream()
                .map(name -> new String(name, java.nio.charset.StandardCharsets.US_ASCII))
                .toList();
        assertThat(texts)
                .doesNotHaveDuplicates()
                .allSatisfy(text -> assertThat(text)
                        .matches("scaivault:quota:[A-Za-z0-9_-]{22}")
                        .doesNotContain("acme")
                        .doesNotContain("mailer"));
    }
}
