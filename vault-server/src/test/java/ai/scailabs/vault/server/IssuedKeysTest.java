package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** A private key that was issued is in the one answer that gave it, and nowhere else. */
class IssuedKeysTest {
    @Test
    void issuedKey_isInNoOtherAnswerLogMetricOrRow() {
        Recorder log = new Recorder();
        try (RunningServer server = RunningServer.start()) {
            ApiClient owner = server.owner("issued-keys", "issued-keys");
            String authority = PkiRoleApiTest.root(owner, "root");
            owner.post(
                            "/v1/pki/roles",
                            Map.of("name", "svc", "ca_id", authority, "allowed_domains", List.of("*.internal")))
                    .expect(201);
            log.begin();
            List<String> keys = new ArrayList<>();
            StringBuilder answers = new StringBuilder();
            for (String format : List.of("traditional", "pkcs8")) {
                JsonNode issued = owner.post(
                                "/v1/pki/issue/svc",
                                Map.of("common_name", "canary.internal", "ttl", "1h", "private_key_format", format))
                        .expect(201)
                        .json();
                keys.add(issued.get("private_key").stringValue());
                issued.properties().forEach(member -> {
                    if (!member.getKey().equals("private_key")) {
                        answers.append(member.getValue());
                    }
                });
            }
            for (String uri : List.of(
                    "/v1/pki/roles",
                    "/v1/pki/roles/svc",
                    "/v1/pki/ca/" + authority,
                    "/v1/audit/logs?limit=100",
                    "/v1/metrics")) {
                answers.append(owner.get(uri).expect(200).body());
            }
            // As somebody might send it back into the wrong place.
            for (String key : keys) {
                for (Map<String, String> body : List.of(
                        Map.of("common_name", key),
                        Map.of("common_name", "a.internal", "ttl", key),
                        Map.of("private_key_format", key))) {
                    ApiClient.Reply refused = owner.post("/v1/pki/issue/svc", body);
                    assertThat(refused.status()).isBetween(400, 422);
                }
            }
            log.end();
            assertThat(log.lines).as("the log was listened to").isNotEmpty();
            String rows = rows(server);
            for (String key : keys) {
                for (String form : forms(key)) {
                    assertThat(answers.indexOf(form)).as("a key in an answer").isNegative();
                    assertThat(rows.indexOf(form)).as("a key in a row").isNegative();
                    assertThat(log.lines.stream()
                                    .filter(line -> line.contains(form))
                                    .count())
                            .as("lines of the log with a key")
                            .isZero();
                }
            }
        } finally {
            log.end();
        }
    }

    /** The scalar of P-256 as somebody might have written it: in hexadecimal, in base64 at any offset, as a list of numbers; and a line of the PEM. */
    private static List<String> forms(String pem) {
        byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        int scalar = HexFormat.of().formatHex(der).indexOf("0420", pem.contains("EC PRIVATE") ? 0 : 50) / 2 + 2;
        byte[] secret = Arrays.copyOfRange(der, scalar, scalar + 32);
        List<String> forms = new ArrayList<>();
        forms.add(pem.lines().skip(1).findFirst().orElseThrow().substring(12, 60));
        forms.add(HexFormat.of().formatHex(secret));
        forms.add(HexFormat.of().withUpperCase().formatHex(secret));
        forms.add(Arrays.toString(secret).replaceAll("[\\[\\]]", ""));
        for (int offset = 0; offset < 3; offset++) {
            String base64 = Base64.getEncoder().encodeToString(Arrays.copyOfRange(secret, offset, offset + 27));
            forms.add(base64);
            forms.add(base64.replace('+', '-').replace('/', '_'));
        }
        return forms;
    }

    private static String rows(RunningServer server) {
        Sql superuser = Sql.superuser(server);
        StringBuilder all = new StringBuilder();
        for (Map<String, Object> table : superuser.rows(
                "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')")) {
            superuser
                    .rows("select t::text from " + table.values().iterator().next() + " t")
                    .forEach(row -> all.append(row.values()).append('\n'));
        }
        assertThat(all).contains("canary.internal");
        return all.toString();
    }

    /** Everything that is logged, at the lowest level. */
    private static final class Recorder extends AppenderBase<ILoggingEvent> {
        private final Queue<String> lines = new ConcurrentLinkedQueue<>();
        private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        private Level before = root.getLevel();

        void begin() {
            setContext(root.getLoggerContext());
            start();
            before = root.getLevel();
            root.addAppender(this);
            root.setLevel(Level.DEBUG);
        }

        void end() {
            root.setLevel(before);
            root.detachAppender(this);
            stop();
        }

        @Override
        protected void append(ILoggingEvent event) {
            lines.add(event.getFormattedMessage()
                    + (event.getThrowableProxy() == null
                            ? ""
                            : ThrowableProxyUtil.asString(event.getThrowableProxy())));
        }
    }
}
