package ai.scailabs.vault.access.redis;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.testkit.TestAuthority;
import ai.scailabs.vault.testkit.TestCertificate;
import ai.scailabs.vault.testkit.TestRedis;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Redis: there, refusing, not trusted, halted, gone and back. */
class RedisLinkTest {
    private static final Duration COMMAND = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private static RedisLink open(String url, Path caFile) {
        return RedisLink.open(RedisLogin.parse(url).orElseThrow(), caFile, COMMAND, nanos -> {});
    }

    static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("patience").isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    private TestCertificate certificate(String name, String names) throws Exception {
        return TestCertificate.create(Files.createDirectory(folder.resolve(name)), names);
    }

    @Test
    void wrongPassword_isRefused_withoutBeingShown() {
        try (TestRedis redis = TestRedis.start();
                RedisLink link = open(redis.url("wrong-s3cret-word"), null)) {
            assertThat(link.isUp()).isFalse();
            assertThat(link.problem()).isEqualTo("Redis refuses the login");
        }
        try (TestRedis redis = TestRedis.start();
                RedisLink link = open("redis://127.0.0.1:" + redis.port(), null)) {
            assertThat(link.isUp()).isFalse();
            assertThat(link.problem()).isEqualTo("Redis refuses the login");
        }
    }

    @Test
    void nobodyThere_isSaid_andTheOpenerGoesOn() {
        long before = System.nanoTime();
        try (RedisLink link = open("redis://127.0.0.1:1", null)) {
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
            assertThat(link.connection()).isNull();
            assertThat(link.problem()).isEqualTo("Redis cannot be reached");
        }
    }

    @Test
    void tls_isVerified() throws Exception {
        TestCertificate good = certificate("good", "ip:127.0.0.1");
        TestCertificate other = certificate("other", "ip:127.0.0.1");
        try (TestRedis redis = TestRedis.start(good)) {
            try (RedisLink wrongCa = open(redis.url(), other.certificateFile())) {
                assertThat(wrongCa.isUp()).isFalse();
                assertThat(wrongCa.problem()).isEqualTo("the TLS connection to Redis cannot be trusted");
            }
            try (RedisLink noCa = open(redis.url(), null)) {
                assertThat(noCa.isUp()).isFalse();
                assertThat(noCa.problem()).isEqualTo("the TLS connection to Redis cannot be trusted");
            }
            try (RedisLink plain = open(redis.url().replace("rediss:", "redis:"), null)) {
                assertThat(plain.isUp()).as("plain text to a TLS port").isFalse();
            }
            try (RedisLink trusted = open(redis.url(), good.certificateFile())) {
                assertThat(trusted.problem()).isEmpty();
                assertThat(trusted.isUp()).isTrue();
            }
        }
    }

    @Test
    void certificateThatHasExpired_isRefused_thoughItsSignerIsTrusted() {
        TestAuthority authority = new TestAuthority("redis authority");
        Path ours = TestAuthority.write(folder.resolve("ours.crt"), authority.certificate());
        for (boolean expired : new boolean[] {false, true}) {
            TestAuthority.Issued own = expired ? authority.expiredServer("redis") : authority.server("redis");
            TestCertificate shown = new TestCertificate(
                    TestAuthority.write(folder.resolve("server.crt"), own.certificate()),
                    TestAuthority.write(folder.resolve("server.key"), own.key()));
            try (TestRedis redis = TestRedis.start(shown);
                    RedisLink link = open(redis.url(), ours)) {
                assertThat(link.isUp()).isEqualTo(!expired);
                assertThat(link.problem()).isEqualTo(expired ? "the TLS connection to Redis cannot be trusted" : "");
            }
        }
    }

    @Test
    void certificateOfAnotherServer_isRefused_thoughItsSignerIsTrusted() throws Exception {
        TestCertificate elsewhere = certificate("elsewhere", "dns:cache.example.test");
        try (TestRedis redis = TestRedis.start(elsewhere);
                RedisLink link = open(redis.url(), elsewhere.certificateFile())) {
            assertThat(link.isUp()).isFalse();
            assertThat(link.problem()).isEqualTo("the TLS connection to Redis cannot be trusted");
        }
    }

    @Test
    void killedRedis_isNoticed_andUsedAgainWhenItIsBack() {
        AtomicLong heard = new AtomicLong();
        try (TestRedis redis = TestRedis.start();
                RedisLink link = RedisLink.open(
                        RedisLogin.parse(redis.url()).orElseThrow(), null, COMMAND, nanos -> heard.incrementAndGet())) {
            assertThat(link.isUp()).isTrue();
            assertThat(heard).hasPositiveValue();
            assertThat(link.memoryUsedMb().orElseThrow()).isBetween(0.1, 200.0);
            redis.kill9();
            await(() -> !link.isUp());
            assertThat(link.problem()).isEqualTo("Redis cannot be reached");
            assertThat(link.memoryUsedMb()).isEmpty();
            redis.restart();
            await(link::isUp);
            assertThat(link.problem()).isEmpty();
        }
    }

    @Test
    void haltedRedis_isGivenUp_andUsedAgainWhenItAnswers() {
        try (TestRedis redis = TestRedis.start();
                RedisLink link = open(redis.url(), null)) {
            redis.halt();
            await(() -> !link.isUp());
            assertThat(link.problem()).isEqualTo("Redis does not answer in time");
            redis.resume();
            await(link::isUp);
        }
    }
}
