package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Credentials that a service of the tenant makes: here one that believes signed calls alone. */
class CustomEnginesTest {
    private static final String ENGINES = "/v1/dynamic/engines";
    private static final String LEASES = "/v1/dynamic/leases";
    private static final String SECRET = "signing-secret-of-the-service";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final AtomicInteger COUNT = new AtomicInteger();

    private static final ConcurrentLinkedDeque<JsonNode> CALLS = new ConcurrentLinkedDeque<>();
    private static final ConcurrentLinkedDeque<String> KEYS = new ConcurrentLinkedDeque<>();
    private static volatile int status;
    private static volatile String answer = "";

    private static ApiClient owner;
    private static HttpServer service;

    @BeforeAll
    static void prepare() throws IOException {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.createContext("/", CustomEnginesTest::serve);
        service.start();
        usual();
        owner = RunningServer.shared().owner("custom-engines");
        owner.put("/v1/secrets/custom/key", Map.of("data", Map.of("key_id", "k1", "signing_secret", SECRET)))
                .expect(201);
        owner.put("/v1/secrets/custom/wrong", Map.of("data", Map.of("key_id", "k1", "signing_secret", "another")))
                .expect(201);
        String policy = owner.post(
                        "/v1/policies",
                        Map.of(
                                "name",
                                "custom engines",
                                "rules",
                                List.of(Map.of("path_pattern", "custom/*", "permissions", List.of("read")))))
                .expect(201)
                .json()
                .get("id")
                .stringValue();
        owner.post(
                        "/v1/policies/" + policy + "/bindings",
                        Map.of("identity_type", "system", "identity_id", "system:dynamic-engines"))
                .expect(201);
        owner.post(ENGINES, body("custom", config())).expect(201);
        owner.post(
                        ENGINES + "/custom/roles",
                        Map.of("name", "r", "parameters", Map.of("project", "blue", "rights", List.of("read"))))
                .expect(201);
        owner.post(ENGINES + "/custom/roles", Map.of("name", "fixed", "renewable", false))
                .expect(201);
    }

    @AfterAll
    static void close() {
        service.stop(0);
    }

    @BeforeEach
    void calm() {
        usual();
    }

    private static void usual() {
        status = 200;
        answer = "{\"data\":{\"token\":\"made-by-the-service\",\"scopes\":[\"read\"]}}";
    }

    private static void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            boolean signed = isSigned(exchange, body);
            if (signed) {
                CALLS.add(JSON.readTree(body));
                KEYS.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
            }
            byte[] text = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(signed ? status : 401, text.length == 0 ? -1 : text.length);
            exchange.getResponseBody().write(text);
        }
    }

    private static boolean isSigned(HttpExchange exchange, byte[] body) {
        try {
            String at = exchange.getRequestHeaders().getFirst("X-ScaiVault-Timestamp");
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update((at + ".").getBytes(StandardCharsets.US_ASCII));
            String expected = "sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
            return expected.equals(exchange.getRequestHeaders().getFirst("X-ScaiVault-Signature"))
                    && "k1".equals(exchange.getRequestHeaders().getFirst("X-ScaiVault-Key-Id"))
                    && Math.abs(Instant.now().getEpochSecond() - Long.parseLong(at)) < 60;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, Object> config() {
        return new HashMap<>(Map.of(
                "url",
                "http://127.0.0.1:" + service.getAddress().getPort() + "/engine",
                "root_credentials_path",
                "custom/key"));
    }

    private static Map<String, Object> body(String name, Map<String, Object> config) {
        return Map.of("name", name, "type", "custom", "config", config, "max_ttl", "8h");
    }

    private static ApiClient.Reply mint(String role, String ttl) {
        return owner.post(ENGINES + "/custom/creds/" + role, Map.of("ttl", ttl));
    }

    private static String id(JsonNode minted) {
        return minted.get("lease_id").stringValue();
    }

    private static List<JsonNode> calls(String lease) {
        return CALLS.stream()
                .filter(call -> call.path("lease").asString("").equals(lease))
                .toList();
    }

    private static List<String> actions(String lease) {
        return calls(lease).stream()
                .map(call -> call.get("action").stringValue())
                .toList();
    }

    private static void await(BooleanSupplier done) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!done.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    @Test
    void service_isAskedForEachStep_inOneForm() {
        JsonNode minted = mint("r", "10m").expect(201).json();
        assertThat(minted.get("data").toString())
                .isEqualTo("{\"token\":\"made-by-the-service\",\"scopes\":[\"read\"]}");
        owner.post(LEASES + "/" + id(minted) + "/renew", Map.of("increment", "1h"))
                .expect(200);
        owner.post(LEASES + "/" + id(minted) + "/revoke", null).expect(200);

        assertThat(actions(id(minted))).containsExactly("create", "renew", "revoke");
        JsonNode create = calls(id(minted)).getFirst();
        assertThat(create.propertyNames())
                .containsExactlyInAnyOrder(
                        "version",
                        "action",
                        "engine",
                        "role",
                        "lease",
                        "account",
                        "issued_at",
                        "expires_at",
                        "parameters");
        assertThat(create.get("account").stringValue()).matches("v_r_[a-z2-7]{20}");
        assertThat(create.get("parameters")).isEqualTo(JSON.readTree("{\"project\":\"blue\",\"rights\":[\"read\"]}"));
        calls(id(minted))
                .forEach(call -> assertThat(call.get("role").stringValue()).isEqualTo("r"));
        assertThat(KEYS).doesNotHaveDuplicates();
    }

    @Test
    void credential_endsByItsTime() {
        String lease = id(mint("fixed", "5s").expect(201).json());
        owner.post(LEASES + "/" + lease + "/renew", null).expect(409, "conflict");

        await(() -> actions(lease).contains("revoke"));
    }

    @Test
    void serviceThatFails_givesNothing_andIsAskedToTakeItBack() {
        status = 500;
        ApiClient.Reply refused = mint("r", "10m").expect(502, "backend_unavailable");
        assertThat(refused.json().at("/error/details/reason").stringValue()).isEqualTo("unreachable");
        assertThat(refused.body()).doesNotContain("made-by-the-service");
        String lease = CALLS.getLast().get("lease").stringValue();
        usual();

        await(() -> actions(lease).contains("rollback"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {"``", "made-by-the-service", "{}", "{\"data\":\"x\"}", "{\"data\":{}}", "[{\"data\":{\"a\":1}}]"})
    void answerWithoutACredential_isNone(String text) {
        answer = text;

        ApiClient.Reply refused = mint("r", "10m").expect(502, "backend_unavailable");

        assertThat(refused.json().at("/error/details/reason").stringValue()).isEqualTo("not_supported");
        assertThat(refused.body()).doesNotContain("made-by-the-service");
    }

    @Test
    void answerThatIsTooLarge_orPointsElsewhere_isNone() {
        answer = "{\"data\":{\"a\":\"" + "x".repeat(70_000) + "\"}}";
        mint("r", "10m").expect(502, "backend_unavailable");
        usual();
        status = 302;
        mint("r", "10m").expect(502, "backend_unavailable");
    }

    @ParameterizedTest
    @CsvSource({
        "url, ftp://example.com",
        "url, http://169.254.169.254/",
        "url, http://127.0.0.1:1/",
        "url, https://user:word@example.com/",
        "root_credentials_path, custom/wrong",
        "root_credentials_path, custom/none",
        "script, rm"
    })
    void engineThatIsNotReached_orMeansNothing_isRefused(String member, String value) {
        Map<String, Object> config = config();
        config.put(member, value);

        ApiClient.Reply refused = owner.post(ENGINES, body("refused", config)).expect(400, "invalid_config");

        assertThat(refused.body()).doesNotContain(SECRET, "word@");
    }

    @Test
    void roleThatMeansNothing_isRefused() {
        for (Map<String, Object> role : List.<Map<String, Object>>of(
                Map.of("name", "x", "parameters", "text"),
                Map.of("name", "x", "renewable", "yes"),
                Map.of("name", "x", "parameters", Map.of("a", "b".repeat(20_000))))) {
            owner.post(ENGINES + "/custom/roles", role).expect(422, "validation_error");
        }
        owner.post(ENGINES + "/custom/roles", Map.of("name", "x" + COUNT.incrementAndGet(), "script", "rm"))
                .expect(400, "invalid_request");
    }
}
