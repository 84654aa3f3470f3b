package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.ToIntFunction;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Secrets that somebody's program changes where they are used. */
class WebhookRotationTest {
    private static final String TENANT = "tnt_hooked";
    private static final String SIGNING = "hooked/signing";
    private static final String SIGNING_SECRET = "0123456789abcdef0123456789abcdef";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final JsonMapper JSON = JsonMapper.shared();

    private static RunningServer server;
    private static ApiClient owner;
    private static Sql sql;
    private static HttpServer program;
    private static String policy;

    private static final List<Call> CALLS = new CopyOnWriteArrayList<>();
    private static volatile ToIntFunction<Call> answers = call -> 204;

    private String path;

    /** @param values null where there are none */
    private record Call(String path, String type, String key, JsonNode body, boolean signed) {
        String value() {
            return body.at("/values/password").stringValue();
        }
    }

    @BeforeAll
    static void prepare() throws IOException {
        server = RunningServer.shared();
        owner = server.owner("hooked", "hooked");
        sql = Sql.superuser(server);
        program = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        program.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String time = exchange.getRequestHeaders().getFirst("X-ScaiVault-Timestamp");
            Call call = new Call(
                    exchange.getRequestURI().getPath(),
                    exchange.getRequestHeaders().getFirst("X-ScaiVault-Event-Type"),
                    exchange.getRequestHeaders().getFirst("Idempotency-Key"),
                    JSON.readTree(body),
                    signature(time, body).equals(exchange.getRequestHeaders().getFirst("X-ScaiVault-Signature")));
            CALLS.add(call);
            int status = answers.applyAsInt(call);
            if (status == 302) {
                exchange.getResponseHeaders().add("Location", "/elsewhere");
            }
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        program.start();
        owner.put("/v1/secrets/" + SIGNING, Map.of("data", Map.of("signing_secret", SIGNING_SECRET)))
                .expect(201);
        policy = owner.post(
                        "/v1/rotation/policies",
                        Map.of("name", "p" + COUNT.incrementAndGet(), "interval", "90d", "auto_generate", true))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
    }

    @AfterAll
    static void close() {
        program.stop(0);
    }

    @BeforeEach
    void secretOfItsOwn() {
        answers = call -> 204;
        CALLS.clear();
        path = "hooked/s" + COUNT.incrementAndGet();
        write("by-hand", 7);
    }

    /** As whoever gets it is told to compute it. */
    private static String signature(String time, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(SIGNING_SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update((time + ".").getBytes(StandardCharsets.UTF_8));
            return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void write(String password, int account) {
        ApiClient.Reply reply =
                owner.put("/v1/secrets/" + path, Map.of("data", Map.of("password", password, "account", account)));
        assertThat(reply.status()).as(reply.body()).isIn(200, 201);
    }

    private static Map<String, Object> connector() {
        return new LinkedHashMap<>(Map.of(
                "type",
                "webhook",
                "url",
                "http://127.0.0.1:" + program.getAddress().getPort() + "/rotate",
                "signing_secret_path",
                SIGNING));
    }

    private ApiClient.Reply attach(Map<String, Object> connector) {
        return owner.post(
                "/v1/rotation/policies/" + policy + "/secrets", Map.of("secret_path", path, "connector", connector));
    }

    private void attached() {
        attach(connector()).expect(201);
        CALLS.clear();
    }

    private ApiClient.Reply rotate() {
        return owner.post("/v1/secrets/" + path + ":rotate", null);
    }

    private JsonNode secret() {
        return owner.get("/v1/secrets/" + path).expect(200).json();
    }

    private int pending() {
        return sql.rows("select from rotation_pending where tenant_id = ? and path = ?", TENANT, path)
                .size();
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(50_000_000);
        }
    }

    private void hold() {
        sql.update("update rotation_assignment set next_at = null where tenant_id = ? and path = ?", TENANT, path);
    }

    private void look() {
        sql.update("update rotation_assignment set next_at = now() where tenant_id = ? and path = ?", TENANT, path);
    }

    private JsonNode refused(String field, Map<String, Object> connector) {
        JsonNode refusal = attach(connector).expect(400, "invalid_config").json();
        assertThat(refusal.at("/error/details/field").stringValue()).isEqualTo(field);
        return refusal;
    }

    private String refusedFor(Map<String, Object> connector) {
        return refused("connector", connector).at("/error/details/reason").stringValue();
    }

    @Test
    void connectorThatCannotBeMeant_orLeadsWhereItMayNot_isRefused() throws IOException {
        refused("connector.url", Map.of("type", "webhook"));
        refused("connector.signing_secret_path", Map.of("type", "webhook", "url", "https://hooks.example.com/"));
        for (String url : List.of(
                "http://hooks.example.com/",
                "ftp://127.0.0.1/",
                "https://user@hooks.example.com/",
                "https://hooks.example.com/#x",
                "https:///x",
                "not a url")) {
            Map<String, Object> connector = connector();
            connector.put("url", url);
            refused("connector.url", connector);
        }
        Map<String, Object> connector = connector();
        connector.put("signing_secret", "in-the-config");
        assertThat(refused("connector", connector).toString()).doesNotContain("in-the-config");
        connector = connector();
        connector.put("url", "https://169.254.169.254/");
        assertThat(refusedFor(connector)).isEqualTo("address_refused");
        connector.put("url", "https://127.0.0.1:" + program.getAddress().getPort() + "/");
        assertThat(refusedFor(connector)).as("no TLS there").isNotEqualTo("refused");
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            connector.put("url", "http://127.0.0.1:" + closed.getLocalPort() + "/");
            closed.close();
            assertThat(refusedFor(connector)).isEqualTo("unreachable");
        }
        assertThat(CALLS).isEmpty();
        assertThat(secret().get("rotation_policy_id").isNull()).isTrue();
    }

    @Test
    void signingSecretThatIsNone_orThatTheyMayNotRead_isOfNoUse() {
        Map<String, Object> connector = connector();
        connector.put("signing_secret_path", path);
        refused("connector.signing_secret_path", connector);
        owner.put("/v1/secrets/hooked/short", Map.of("data", Map.of("signing_secret", "fifteen-bytes..")));
        connector.put("signing_secret_path", "hooked/short");
        refused("connector.signing_secret_path", connector);
        ApiClient rotator = server.member(owner, "hooked", "hooked", "hook-rotator", path, "rotate");
        rotator.post(
                        "/v1/rotation/policies/" + policy + "/secrets",
                        Map.of("secret_path", path, "connector", connector()))
                .expect(403, "access_denied");
        assertThat(CALLS).isEmpty();
    }

    @Test
    void programThatDoesNotKnowTheValue_orLeadsElsewhere_isNotConnected() {
        answers = call -> 404;
        assertThat(refusedFor(connector())).isEqualTo("refused");
        answers = call -> 302;
        assertThat(refusedFor(connector())).isEqualTo("unreachable");
        assertThat(CALLS).extracting(Call::path).doesNotContain("/elsewhere");
        answers = call -> 200;
        attach(connector()).expect(201);
        assertThat(CALLS.getLast().type()).isEqualTo("rotation.verify");
        assertThat(CALLS.getLast().value()).isEqualTo("by-hand");
        assertThat(CALLS).allMatch(Call::signed);
    }

    @Test
    void rotation_isSet_andVerified_andPublished_andTheOldOneRetiredLater() {
        attached();
        rotate().expect(200);
        assertThat(CALLS).extracting(Call::type).containsExactly("rotation.set", "rotation.verify");
        assertThat(CALLS).allMatch(Call::signed);
        JsonNode set = CALLS.getFirst().body();
        String password = secret().at("/data/password").stringValue();
        assertThat(password).hasSize(32).isNotEqualTo("by-hand");
        assertThat(set.at("/values/password").stringValue()).isEqualTo(password);
        assertThat(set.at("/values/account").intValue()).isEqualTo(7);
        assertThat(set.get("secret_path").stringValue()).isEqualTo(path);
        assertThat(set.get("version").intValue()).isEqualTo(2);
        assertThat(set.get("event").stringValue()).isEqualTo("rotation.set");
        assertThat(set.get("idempotency_key").stringValue())
                .isEqualTo(CALLS.getFirst().key());
        assertThat(CALLS.getLast().key()).isNotEqualTo(CALLS.getFirst().key());
        assertThat(CALLS.getLast().body().get("rotation_id")).isEqualTo(set.get("rotation_id"));

        CALLS.clear();
        sql.update(
                "update secret_version set readable_until = now() where tenant_id = ? and path = ? and version = 1",
                TENANT,
                path);
        look();
        await(() -> CALLS.size() == 1);
        Call retire = CALLS.getFirst();
        assertThat(retire.type()).isEqualTo("rotation.retire");
        assertThat(retire.signed()).isTrue();
        assertThat(retire.body().get("version").intValue()).isEqualTo(1);
        assertThat(retire.body().has("values")).isFalse();
        assertThat(retire.body().get("rotation_id")).isEqualTo(set.get("rotation_id"));
        assertThat(sql.rows(
                        "select from audit_log where tenant_id = ? and secret_path = ? and action = 'read' and identity_id = 'system:rotation-scheduler'",
                        TENANT,
                        SIGNING))
                .isNotEmpty();
    }

    /** The same value, by the same keys, until it is done. */
    @Test
    void whatIsBrokenOff_isDoneAgainWithTheSameKeys() {
        attached();
        answers = call -> call.type().equals("rotation.verify") ? 503 : 204;
        JsonNode failed = rotate().expect(502, "backend_unavailable").json();
        assertThat(failed.at("/error/details/reason").stringValue()).isEqualTo("refused");
        assertThat(failed.at("/error/details/target_code").stringValue()).isEqualTo("503");
        hold();
        assertThat(pending()).isOne();
        assertThat(secret().get("version").intValue()).isEqualTo(1);
        List<Call> before = List.copyOf(CALLS);
        assertThat(failed.toString()).doesNotContain(before.getFirst().value());

        answers = call -> 204;
        look();
        await(() -> pending() == 0);
        assertThat(CALLS.subList(2, 4))
                .extracting(Call::key)
                .isEqualTo(before.stream().map(Call::key).toList());
        assertThat(CALLS.subList(2, 4))
                .extracting(Call::body)
                .isEqualTo(before.stream().map(Call::body).toList());
        assertThat(secret().at("/data/password").stringValue())
                .isEqualTo(before.getFirst().value());
        assertThat(secret().get("version").intValue()).isEqualTo(2);
    }

    /** The program has ours, or will: it is not asked which counts. */
    @Test
    void whatSomebodyWroteMeanwhile_staysButForWhatIsMade() {
        attached();
        answers = call -> 503;
        rotate().expect(502, "backend_unavailable");
        hold();
        String made = CALLS.getLast().value();
        write("theirs", 8);
        hold();
        answers = call -> 204;
        look();
        await(() -> pending() == 0);
        assertThat(secret().get("version").intValue()).isEqualTo(3);
        assertThat(secret().at("/data/password").stringValue()).isEqualTo(made);
        assertThat(secret().at("/data/account").intValue()).isEqualTo(8);
        assertThat(CALLS.getLast().body().get("version").intValue()).isEqualTo(3);
        assertThat(CALLS.getLast().body().at("/values/account").intValue()).isEqualTo(8);
        assertThat(CALLS.getLast().value()).isEqualTo(made);
    }

    @Test
    void retirementThatFails_isToldAgain_andTheVersionIsKeptUntilThen() {
        attached();
        rotate().expect(200);
        CALLS.clear();
        answers = call -> 500;
        sql.update(
                "update secret_version set readable_until = now() where tenant_id = ? and path = ? and version = 1",
                TENANT,
                path);
        look();
        // Who was at work already when it was asked to look is asked again at once: it may be told twice by now.
        await(() -> !CALLS.isEmpty());
        assertThat(destroyed()).isFalse();
        answers = call -> 200;
        look();
        await(this::destroyed);
        assertThat(CALLS).extracting(Call::key).containsOnly(CALLS.getFirst().key());
    }

    private boolean destroyed() {
        return !sql.rows(
                        "select from secret_version where tenant_id = ? and path = ? and version = 1 and wrapped_data_key is null",
                        TENANT,
                        path)
                .isEmpty();
    }
}
