package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** Every limit: what just fits, and one more. */
class LimitsTest {
    private static final int MAX_BODY = 1_048_576;
    private static final String CANARY = "LIMIT-CANARY-52e1";

    private static RunningServer server;
    private static ApiClient owner;

    @BeforeAll
    static void owner() {
        server = RunningServer.shared();
        owner = server.owner("limits");
    }

    @Test
    void largestBody_isTakenAndGivenBack_andOneByteMoreIsNot() {
        String frame = "{\"data\":{\"v\":\"\"}}";
        String value = "x".repeat(MAX_BODY - frame.length());
        owner.put("/v1/secrets/large", "{\"data\":{\"v\":\"" + value + "\"}}").expect(201);
        assertThat(owner.get("/v1/secrets/large")
                        .expect(200)
                        .json()
                        .at("/data/v")
                        .stringValue())
                .isEqualTo(value);
        ApiClient.Reply over = owner.put("/v1/secrets/large", "{\"data\":{\"v\":\"x" + value + "\"}}")
                .expect(413, "payload_too_large");
        assertThat(over.body()).doesNotContain("xxxx");
        assertThat(owner.get("/v1/secrets/large").json().get("version").intValue())
                .isEqualTo(1);
    }

    @Test
    void chunkedBodyOverTheLimit_isRefused() throws IOException {
        try (RawConnection connection = new RawConnection(server.port())) {
            connection.send(head("PUT /v1/secrets/chunked", "Transfer-Encoding: chunked"));
            byte[] chunk = ("10000\r\n" + "x".repeat(0x10000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 17; i++) {
                connection.send(chunk);
            }
            connection.send("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertRefused(connection.receive(), 413, "payload_too_large");
        }
        owner.get("/v1/secrets/chunked").expect(404, "secret_not_found");
    }

    @Test
    void deepestBody_isTaken_andOneLevelMoreIsNot() {
        // The body and its member data are two levels.
        owner.put("/v1/secrets/deep", nested(30)).expect(201);
        owner.put("/v1/secrets/deep", nested(31)).expect(413, "payload_too_large");
        owner.put("/v1/secrets/deep", nested(100_000)).expect(413, "payload_too_large");
    }

    private static String nested(int levels) {
        return "{\"data\":{\"a\":" + "[".repeat(levels) + "]".repeat(levels) + "}}";
    }

    @Test
    void mostKeys_areTaken_andOneMoreIsNot() {
        // The member data is one of them.
        owner.put("/v1/secrets/keys", keys(9_999)).expect(201);
        owner.put("/v1/secrets/keys", keys(10_000)).expect(413, "payload_too_large");
    }

    private static String keys(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "\"k" + i + "\":" + i)
                .collect(Collectors.joining(",", "{\"data\":{", "}}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain", "application/x-www-form-urlencoded", "application/xml",
                        "application/json; charset=utf-16",
                "application/jsonx", "multipart/form-data; boundary=x", "*/*", "application/merge-patch+json"
            })
    void otherContentType_isRefused(String type) {
        owner.put("/v1/secrets/type", Map.of("data", Map.of("a", CANARY)), "Content-Type", type)
                .expect(415, "unsupported_media_type");
    }

    @Test
    void missingContentType_isRefused() throws IOException {
        try (RawConnection connection = new RawConnection(server.port())) {
            String request = new String(head("PUT /v1/secrets/type", "Content-Length: 2"), StandardCharsets.US_ASCII)
                            .replace("Content-Type: application/json\r\n", "")
                    + "{}";
            assertRefused(
                    connection.exchange(request.getBytes(StandardCharsets.US_ASCII)), 415, "unsupported_media_type");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "application/json;charset=UTF-8",
        "application/json; charset=\"utf-8\"",
        "APPLICATION/JSON",
        "application/json; foo=bar"
    })
    void spellingsOfJson_areTaken(String type) {
        assertThat(owner.put("/v1/secrets/spelling", Map.of("data", Map.of("a", 1)), "Content-Type", type)
                        .status())
                .isIn(200, 201);
    }

    /** Longer than what is read at once, and shorter than what is refused. */
    @Test
    void longHead_isTaken() throws IOException {
        for (int length : List.of(3_000, 4_096, 10_000, 22_000)) {
            try (RawConnection connection = new RawConnection(server.port())) {
                RawConnection.Reply reply =
                        connection.exchange(head("GET /v1/secrets/long-head", "X-Large: " + "h".repeat(length)));
                assertThat(reply.status()).as(length + ": " + reply.body()).isEqualTo(404);
            }
        }
    }

    /** What follows a body in pieces is read by nobody. */
    @Test
    void trailersTooLarge_areRefused() throws IOException {
        try (RawConnection connection = new RawConnection(server.port())) {
            byte[] request = (new String(
                                    head("PUT /v1/secrets/trailers", "Transfer-Encoding: chunked"),
                                    StandardCharsets.ISO_8859_1)
                            + "14\r\n{\"data\":{\"a\":\"bbb\"}}\r\n0\r\nX-Large: " + "t".repeat(2_000) + "\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1);
            RawConnection.Reply reply = connection.exchange(request);
            assertThat(reply.status()).isIn(400, 413, 431);
            assertEnvelope(reply);
        }
        owner.get("/v1/secrets/trailers").expect(404, "secret_not_found");
    }

    @Test
    void headersTooLarge_areRefusedWithTheEnvelope() throws IOException {
        try (RawConnection connection = new RawConnection(server.port())) {
            assertRefused(
                    connection.exchange(head("GET /v1/secrets/x", "X-Large: " + "h".repeat(30_000))),
                    431,
                    "headers_too_large");
        }
        try (RawConnection connection = new RawConnection(server.port())) {
            String many =
                    IntStream.range(0, 300).mapToObj(i -> "X-H" + i + ": a").collect(Collectors.joining("\r\n"));
            RawConnection.Reply reply = connection.exchange(head("GET /v1/secrets/x", many));
            assertThat(reply.status()).isIn(400, 431);
            assertEnvelope(reply);
        }
        try (RawConnection connection = new RawConnection(server.port())) {
            RawConnection.Reply reply = connection.exchange(head("GET /v1/secrets/" + "a".repeat(40_000), "X: y"));
            assertThat(reply.status()).isIn(400, 414, 431);
            assertEnvelope(reply);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET /v1/secrets/app%2Fdb          | 400
            GET /v1/secrets/app%2fdb          | 400
            GET /v1/secrets/app%252fdb        | 400
            GET /v1/secrets/%2e%2e/policies   | 400
            GET /v1/secrets/../policies       | 400
            GET /v1/secrets/./app             | 400
            GET /v1/secrets/app;v=1           | 400
            GET /v1/secrets/app%3bv           | 400
            GET /v1/secrets/app\\db           | 400
            GET /v1/secrets/app%5cdb          | 400
            GET /v1/secrets//app              | 400
            GET /v1/secrets/app//db           | 400
            GET /v1/secrets/app/              | 400
            GET /v1/secrets/app%00            | 400
            GET /v1/secrets/app%c0%af         | 400
            GET /v1/secrets/app%ff            | 400
            GET /v1/secrets/app%zz            | 400
            GET /v1/secrets/app%              | 400
            GET /v1//secrets/app              | 404
            GET /V1/secrets/app               | 404
            GET /v1/secretsx                  | 404
            GET /v1/secrets/app:nonsense      | 404
            GET /v1/secrets/app:              | 404
            GET /v1/secrets/app:/             | 400
            GET /v1/secrets/app:x/db          | 400
            GET /v1/secrets/app:metadata/     | 400
            GET /v1/secrets/app::metadata     | 400
            GET //v1/health                   | 404
            GET /v1/health/                   | 404
            GET /                             | 404
            GET /v1                           | 404
            GET /actuator/health              | 404
            GET /error                        | 404
            GET /v1/docs/..%2f..%2fapplication.properties | 400
            GET http://evil.test/v1/secrets/app | 400
            """)
    void otherSpellingsOfAPath_areRefusedAndNeverRepaired(String requestLine, int status) throws IOException {
        owner.put("/v1/secrets/app/db", Map.of("data", Map.of("a", CANARY)));
        owner.put("/v1/secrets/app", Map.of("data", Map.of("a", CANARY)));
        try (RawConnection connection = new RawConnection(server.port())) {
            RawConnection.Reply reply = connection.exchange(head(requestLine, "X: y"));
            assertThat(reply.status())
                    .as(requestLine + " " + reply.body())
                    .isIn(400, 404)
                    .isEqualTo(status);
            assertEnvelope(reply);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /v1/secrets/app",
        "PATCH, /v1/secrets/app",
        "PUT, /v1/secrets",
        "DELETE, /v1/secrets",
        "POST, /v1/secrets",
        "POST, /v1/partner/secrets/app",
        "PUT, /v1/secrets/app:metadata",
        "GET, /v1/secrets/app:restore",
        "DELETE, /v1/secrets/app:versions",
        "POST, /v1/health",
        "DELETE, /v1/policies",
        "PATCH, /v1/audit/logs",
        "OPTIONS, /v1/secrets/app",
        "OPTIONS, /v1/policies",
        "TRACE, /v1/secrets/app",
        "HEAD, /v1/health:x"
    })
    void otherMethod_isRefusedAsSuch(String method, String path) throws IOException {
        try (RawConnection connection = new RawConnection(server.port())) {
            connection.send(head(method + " " + path, "Content-Length: 0"));
            if (method.equals("HEAD")) {
                return;
            }
            RawConnection.Reply reply = connection.receive();
            assertThat(reply.status()).as(reply.body()).isEqualTo(405);
            assertEnvelope(reply);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/secrets?unknown=1", "/v1/secrets/app?unknown=1", "/v1/secrets/app:versions?prefix=a",
                "/v1/secrets/app:metadata?version=1", "/v1/policies?prefix=a", "/v1/audit/logs?tenant_id=tnt_other",
                "/v1/secrets/app?VERSION=1"
            })
    void unknownQueryParameter_isRefused(String uri) {
        owner.get(uri).expect(400, "invalid_request");
    }

    /** A parameter that is not looked at is not ignored: its sender meant something by it. */
    @Test
    void unknownQueryParameter_isRefusedByEveryOperation_andNothingIsDone() {
        PreparedTenant prepared = PreparedTenant.create(server, "limits-query").complete();
        prepared.keyJob();
        String before = Sql.superuser(server).fingerprint(prepared.tenant())
                + Sql.superuser(server).fingerprint(prepared.partner());
        for (OpenApi.Operation operation : OpenApi.of(server).operations()) {
            if (operation.isPublic() || operation.id().equals("testPolicies")) {
                continue;
            }
            ApiCall call = prepared.call(operation);
            String separator = call.uri().contains("?") ? "&" : "?";
            for (String parameter : List.of("cas=3", "dry_run=true", "unknown", "_method=DELETE")) {
                ApiClient.Reply reply = new ApiCall(call.method(), call.uri() + separator + parameter, call.body())
                        .by(prepared.owner())
                        .expect(400, "invalid_request");
                OpenApi.of(server).assertDocumented(operation, reply);
            }
        }
        assertThat(Sql.superuser(server).fingerprint(prepared.tenant())
                        + Sql.superuser(server).fingerprint(prepared.partner()))
                .isEqualTo(before);
    }

    @Test
    void slowBodies_blockNobodyElse() throws IOException {
        List<RawConnection> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                RawConnection connection = new RawConnection(server.port());
                connection.send(head("PUT /v1/secrets/slow", "Content-Length: 100"));
                connection.send("{\"data\":".getBytes(StandardCharsets.US_ASCII));
                slow.add(connection);
            }
            long before = System.nanoTime();
            owner.put("/v1/secrets/quick", Map.of("data", Map.of("a", 1)));
            owner.get("/v1/secrets/quick").expect(200);
            assertThat((System.nanoTime() - before) / 1_000_000).isLessThan(5_000);
        } finally {
            for (RawConnection connection : slow) {
                connection.close();
            }
        }
    }

    @Test
    void requestId_isTheCallersWhenItIsOne() {
        for (String id : List.of("req_12345678", "req_" + "a".repeat(64), "req_A-z_09abc")) {
            assertThat(owner.get("/v1/health", "X-Request-ID", id).header("X-Request-ID"))
                    .isEqualTo(id);
        }
        for (String id :
                List.of("req_1234567", "req_" + "a".repeat(65), "12345678", "req_1234 5678", "req_12345678'")) {
            ApiClient.Reply reply = owner.get("/v1/secrets/none", "X-Request-ID", id);
            assertThat(reply.header("X-Request-ID")).isNotEqualTo(id).matches("req_[0-9A-Z]{26}");
            assertThat(reply.json().at("/error/request_id").stringValue()).isEqualTo(reply.header("X-Request-ID"));
        }
    }

    @Test
    void metadataOutsideItsLimits_isRefused() {
        owner.put(
                        "/v1/secrets/meta",
                        Map.of("data", Map.of("a", 1), "metadata", Map.of("description", "d".repeat(4_097))))
                .expect(422, "validation_error");
        owner.put("/v1/secrets/meta", Map.of("data", Map.of("a", 1), "options", Map.of("reason", "r".repeat(1_025))))
                .expect(422, "validation_error");
    }

    private static byte[] head(String requestLine, String header) {
        return (requestLine + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + owner.token()
                        + "\r\nContent-Type: application/json\r\n" + header + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void assertRefused(RawConnection.Reply reply, int status, String code) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        assertThat(JsonMapper.shared().readTree(reply.body()).at("/error/code").stringValue())
                .isEqualTo(code);
        assertEnvelope(reply);
    }

    static void assertEnvelope(RawConnection.Reply reply) {
        assertThat(reply.headers().get("content-type")).as(reply.body()).startsWith("application/json");
        var error = JsonMapper.shared().readTree(reply.body()).get("error");
        assertThat(error).as(reply.body()).isNotNull();
        assertThat(error.get("request_id").stringValue())
                .isEqualTo(reply.headers().get("x-request-id"));
        assertThat(reply.headers()).containsEntry("cache-control", "no-store");
        Leaks.assertNone("envelope", reply.body(), CANARY);
    }
}
