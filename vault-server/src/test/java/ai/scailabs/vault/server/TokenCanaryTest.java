package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.testkit.TestIssuer;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Every kind of token through every way in, with the log at its most talkative: what is written anywhere has none of them in it. */
class TokenCanaryTest {

    @Test
    void tokensAndSecrets_areInNoLogErrorMetricEntryOrRow() {
        Written log = new Written();
        try (RunningServer server = RunningServer.start()) {
            log.begin();
            Map<String, String> tokens = tokens(server);
            ApiClient admin = server.client(tokens.get("admin"));
            StringBuilder answers = new StringBuilder();
            tokens.forEach((kind, token) -> {
                for (ApiCall call : List.of(
                        new ApiCall("GET", "/v1/auth/whoami", null),
                        new ApiCall("GET", "/v1/secrets/app/db", null),
                        new ApiCall("PUT", "/v1/secrets/app/db", "{"),
                        new ApiCall("GET", "/v1/nothing", null))) {
                    collect(answers, call.by(server.client(token)));
                }
                for (String operation : List.of("introspect", "revoke")) {
                    for (Object body : List.of(
                            Map.of("token", token),
                            Map.of("token", List.of(token)),
                            Map.of("token", token, token, token),
                            "{\"token\":\"" + token,
                            token)) {
                        if (!kind.equals("admin") || operation.equals("introspect")) {
                            collect(answers, admin.post("/v1/auth/" + operation, body));
                        }
                    }
                }
            });
            tokens.forEach((kind, token) -> {
                for (Object body : List.of(
                        exchange(token, "tnt_canary/canary"),
                        exchange(token, token),
                        exchange("x", "tnt_canary/" + token),
                        Map.of("subject_token", token, token, token),
                        "{\"subject_token\":\"" + token,
                        token)) {
                    if (!kind.equals("subject") || !body.equals(exchange(token, "tnt_canary/canary"))) {
                        collect(answers, server.client(null).post("/v1/auth/exchange", body));
                    }
                    collect(
                            answers,
                            server.client(null)
                                    .post(
                                            "/v1/auth/exchange",
                                            "subject_token=" + token + "&" + token + "=" + token,
                                            "Content-Type",
                                            "application/x-www-form-urlencoded"));
                }
            });
            // As callers put them where they do not belong.
            collect(answers, admin.post("/v1/auth/revoke", Map.of("identity_id", tokens.get("personal"))));
            collect(answers, admin.get("/v1/auth/whoami", "X-Tenant-ID", tokens.get("signed")));
            server.issuer().down();
            collect(
                    answers,
                    server.client("skt_canary-while-the-issuer-is-away").get("/v1/auth/whoami"));
            String metrics = admin.get("/v1/metrics").expect(200).body();

            tokens.put("client secret", TestIssuer.CLIENT_SECRET);
            tokens.put("away", "skt_canary-while-the-issuer-is-away");
            tokens.forEach((kind, token) -> {
                String signature = token.substring(token.lastIndexOf('.') + 1);
                assertThat(log.lines()).as(kind + " in the log").noneMatch(line -> line.contains(signature));
                assertThat(answers.indexOf(signature))
                        .as(kind + " in an answer")
                        .isNegative();
                assertThat(metrics.indexOf(signature))
                        .as(kind + " in the metrics")
                        .isNegative();
                assertNoRow(server, kind, signature);
            });
            assertThat(log.lines()).as("the log was listened to").isNotEmpty();
        } finally {
            log.end();
        }
    }

    private static Map<String, String> tokens(RunningServer server) {
        Map<String, String> tokens = new LinkedHashMap<>();
        tokens.put("admin", server.token("canary").user("admin@canary.test").sign());
        tokens.put("signed", server.token("canary").user("jo@canary.test").sign());
        tokens.put(
                "without id",
                server.token("canary").user("jo@canary.test").without("jti").sign());
        tokens.put("personal", server.token("canary").user("jo@canary.test").personal());
        tokens.put(
                "expired",
                server.token("canary")
                        .user("jo@canary.test")
                        .ttl(Duration.ofMinutes(-5))
                        .sign());
        tokens.put(
                "foreign", server.token("canary-other").user("jo@canary.test").sign());
        tokens.put("forged", server.token("canary").user("jo@canary.test").signWithForgedKey());
        tokens.put(
                "malformed claims",
                server.token("canary").user("jo@canary.test\u00a0").sign());
        tokens.put("unknown personal", "skt_canary-of-nobody-0000");
        exchanged(server, tokens);
        return tokens;
    }

    private static Map<String, Object> exchange(String subjectToken, String role) {
        return Map.of(
                "grant_type",
                "urn:ietf:params:oauth:grant-type:token-exchange",
                "subject_token",
                subjectToken,
                "subject_token_type",
                "urn:ietf:params:oauth:token-type:jwt",
                "role",
                role);
    }

    /** One that was exchanged, and what it was exchanged for. */
    private static void exchanged(RunningServer server, Map<String, String> tokens) {
        Map<String, Object> trust = Map.of(
                "name",
                "canary",
                "kind",
                "oidc",
                "issuer",
                server.issuer().issuer(),
                "audience",
                "scaivault",
                "conditions",
                List.of(Map.of("claim", "sub", "equals", "canary-workload")),
                "identity_id",
                "sa:canary",
                "scopes",
                List.of("secrets:read"));
        server.client(String.valueOf(tokens.get("admin")))
                .post("/v1/auth/trusts", trust)
                .expect(201);
        String subject = server.issuer().token().subject("canary-workload").sign();
        tokens.put("subject", subject);
        tokens.put(
                "exchanged",
                server.client(null)
                        .post("/v1/auth/exchange", exchange(subject, "tnt_canary/canary"))
                        .expect(200)
                        .json()
                        .get("access_token")
                        .stringValue());
    }

    private static void collect(StringBuilder answers, ApiClient.Reply reply) {
        assertThat(reply.status()).as(reply.body()).isNotEqualTo(500);
        answers.append(reply.body()).append(reply.response().headers().map()).append('\n');
    }

    private static void assertNoRow(RunningServer server, String kind, String signature) {
        Sql sql = Sql.superuser(server);
        for (String table : List.of(
                "audit_log",
                "token_revocation",
                "tenant",
                "secret",
                "secret_version",
                "policy",
                "workload_trust",
                "token_signing_key")) {
            assertThat(sql.value("select count(*) from " + table + " t where position(? in t::text) > 0", signature))
                    .as(kind + " in " + table)
                    .isEqualTo(0L);
        }
    }

    /** Everything that our code and the container log, at the lowest level. */
    private static final class Written extends AppenderBase<ILoggingEvent> {
        private static final List<String> LOGGERS = List.of("ai.scailabs", "org.springframework", "org.apache", "com");

        private final Queue<String> lines = new ConcurrentLinkedQueue<>();
        private final Map<Logger, Level> levels = new LinkedHashMap<>();

        void begin() {
            LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
            setContext(context);
            start();
            for (String name : LOGGERS) {
                Logger logger = context.getLogger(name);
                levels.put(logger, logger.getLevel());
                logger.setLevel(Level.DEBUG);
                logger.setAdditive(false);
                logger.addAppender(this);
            }
        }

        void end() {
            levels.forEach((logger, level) -> {
                logger.setLevel(level);
                logger.setAdditive(true);
                logger.detachAppender(this);
            });
            stop();
        }

        Queue<String> lines() {
            return lines;
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
