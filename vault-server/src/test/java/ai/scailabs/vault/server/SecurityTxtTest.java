package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.persistence.jdbc.Schema;
import ai.scailabs.vault.testkit.TestPostgres;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** {@code /.well-known/security.txt} as it is configured, as long as it counts (RFC 9116). */
class SecurityTxtTest {
    private static final String PLACE = "/.well-known/security.txt";
    private static final Instant EXPIRES = Instant.parse("2099-01-01T00:00:00Z");

    @Test
    void everyField_isServed_untilItExpires_andNoLonger() {
        AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
        Map<String, String> settings = Map.of(
                "SECURITY_TXT_CONTACT", "mailto:security@vault.test, https://vault.test/report, tel:+31-20-555-0100",
                "SECURITY_TXT_EXPIRES", "2099-01-01T01:00:00+01:00",
                "SECURITY_TXT_ENCRYPTION",
                        "https://vault.test/pgp.asc,openpgp4fpr:5f2de5521c63a801ab59ccb603d49de44b29100f",
                "SECURITY_TXT_ACKNOWLEDGMENTS", "https://vault.test/thanks",
                "SECURITY_TXT_PREFERRED_LANGUAGES", "en,nl-BE",
                "SECURITY_TXT_CANONICAL", "https://vault.test/.well-known/security.txt",
                "SECURITY_TXT_POLICY", "https://vault.test/disclosure",
                "SECURITY_TXT_HIRING", "https://vault.test/jobs");
        try (RunningServer server = RunningServer.start(
                TestPostgres.migratedDatabase(Schema::migrate),
                settings,
                UnaryOperator.identity(),
                real -> new Ahead(real, ahead))) {
            ApiClient anybody = server.client(null);
            ApiClient.Reply reply = anybody.get(PLACE).expect(200);
            assertThat(reply.header("Content-Type")).isEqualToIgnoringCase("text/plain;charset=utf-8");
            assertThat(reply.body()).isEqualTo("""
                    Contact: mailto:security@vault.test
                    Contact: https://vault.test/report
                    Contact: tel:+31-20-555-0100
                    Expires: 2099-01-01T00:00:00Z
                    Encryption: https://vault.test/pgp.asc
                    Encryption: openpgp4fpr:5f2de5521c63a801ab59ccb603d49de44b29100f
                    Acknowledgments: https://vault.test/thanks
                    Preferred-Languages: en, nl-BE
                    Canonical: https://vault.test/.well-known/security.txt
                    Policy: https://vault.test/disclosure
                    Hiring: https://vault.test/jobs
                    """);
            anybody.post(PLACE, "{}").expect(405);
            anybody.get("/v1/t/tnt_acme" + PLACE).expect(404);

            ahead.set(Duration.between(Instant.now(), EXPIRES).plusSeconds(1));
            anybody.get(PLACE).expect(404, "not_found");
        }
    }

    @Test
    void withoutSettings_thereIsNone() {
        try (RunningServer server = RunningServer.start(
                TestPostgres.migratedDatabase(Schema::migrate),
                Map.of("SECURITY_TXT_CONTACT", "", "SECURITY_TXT_EXPIRES", ""))) {
            server.client(null).get(PLACE).expect(404, "not_found");
        }
    }

    @Test
    void expiredOne_doesNotKeepTheServiceFromStarting_andIsNotServed_andAMeterTells() {
        try (RunningServer server = RunningServer.start(
                TestPostgres.migratedDatabase(Schema::migrate),
                Map.of("SECURITY_TXT_EXPIRES", "2020-01-01T00:00:00Z"))) {
            server.client(null).get(PLACE).expect(404, "not_found");
            String metrics =
                    server.owner("security-txt").get("/v1/metrics").expect(200).body();
            assertThat(metrics).containsPattern("scaivault_security_txt_remaining_seconds -[0-9]");
        }
    }

    /** The other one, later. */
    private static final class Ahead extends Clock {
        private final Clock real;
        private final AtomicReference<Duration> by;

        Ahead(Clock real, AtomicReference<Duration> by) {
            this.real = real;
            this.by = by;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return real.withZone(zone);
        }

        @Override
        public Instant instant() {
            return real.instant().plus(by.get());
        }
    }
}
