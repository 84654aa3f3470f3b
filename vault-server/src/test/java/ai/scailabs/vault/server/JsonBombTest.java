package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Advisories CVE-2025-6203, CVE-2023-6337 and CVE-2025-59043: no body costs memory or time out of proportion to its size. {@code BoundedHeapTest} of the slow set sends the same to a
 * service with a small heap.
 */
public class JsonBombTest {
    private static final int MAX_BODY = 1_048_576;
    /** What may be allocated for each byte of a body that is refused, and for the request around it. */
    private static final int BYTES_PER_BYTE = 24;

    private static final long PER_REQUEST = 4 * 1_048_576;
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static RunningServer server;
    private static ApiClient owner;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("bombs");
    }

    /** A request of which the body is more than it seems. */
    public record Bomb(String name, String method, String uri, String body) {
        @Override
        public String toString() {
            return name + " " + method + " " + uri + " " + body.substring(0, Math.min(120, body.length()));
        }
    }

    public static Stream<Bomb> bombs() {
        return Stream.of(
                        shape("deep arrays", "[".repeat(MAX_BODY - 200)),
                        shape("deep objects", "{\"a\":".repeat((MAX_BODY - 200) / 5)),
                        shape("deep and closed", "[".repeat(500_000) + "]".repeat(500_000)),
                        shape("many keys", "{" + numbered("\"k%d\":1", 70_000) + "}"),
                        shape("keys that collide", "{" + colliding() + "}"),
                        shape("long names", "{" + numbered("\"" + "n".repeat(1_000) + "%d\":1", 900) + "}"),
                        shape("a name without end", "{\"" + "n".repeat(900_000) + "\":1}"),
                        shape("a number without end", "1".repeat(900_000)),
                        shape("an exponent without end", "1e" + "9".repeat(900_000)),
                        shape("a huge exponent", "[" + repeated("1e999999999", 70_000) + "]"),
                        shape("empty objects", "[" + repeated("{}", 330_000) + "]"),
                        shape("empty arrays", "[" + repeated("[]", 330_000) + "]"),
                        shape("empty texts", "[" + repeated("\"\"", 330_000) + "]"),
                        shape("nothing", "[" + repeated("null", 200_000) + "]"),
                        shape("digits", "[" + repeated("7", 500_000) + "]"),
                        shape("escapes", "\"" + "\\u0041".repeat(170_000) + "\""),
                        shape("objects with a key", "[" + repeated("{\"a\":1}", 120_000) + "]"))
                .flatMap(shape -> placed(shape[0], shape[1]));
    }

    private static String[] shape(String name, String json) {
        return new String[] {name, json};
    }

    /** In every member that a body may have, of the operations that read one. */
    private static Stream<Bomb> placed(String name, String json) {
        return Stream.of(
                        new Bomb(name, "PUT", "/v1/secrets/bomb", "{\"data\":{},\"metadata\":{\"x\":" + json + "}}"),
                        new Bomb(
                                name,
                                "PUT",
                                "/v1/secrets/bomb",
                                "{\"data\":{},\"options\":{\"expires_in\":" + json + "}}"),
                        new Bomb(name, "PUT", "/v1/secrets/bomb", "{\"data\":{},\"unknown\":" + json + "}"),
                        new Bomb(name, "PATCH", "/v1/secrets/bomb:metadata", "{\"x\":" + json + "}"),
                        new Bomb(name, "POST", "/v1/secrets/batch", "{\"paths\":" + json + "}"),
                        new Bomb(
                                name,
                                "POST",
                                "/v1/secrets/batch/metadata",
                                "{\"paths\":" + json + ",\"expand_wildcards\":true}"),
                        new Bomb(name, "POST", "/v1/policies", "{\"name\":\"x\",\"rules\":" + json + "}"),
                        new Bomb(
                                name,
                                "POST",
                                "/v1/policies",
                                "{\"name\":\"x\",\"rules\":[{\"path_pattern\":\"x\",\"permissions\":" + json + "}]}"),
                        new Bomb(
                                name,
                                "POST",
                                "/v1/policies",
                                "{\"name\":\"x\",\"rules\":[{\"path_pattern\":\"x\",\"permissions\":[\"read\"],\"conditions\":{\"ip_ranges\":"
                                        + json + "}}]}"),
                        new Bomb(
                                name,
                                "PATCH",
                                "/v1/policies/pol_01K9Z6F3V4M8Q2T7B5N1C0D9XE",
                                "{\"description\":" + json + "}"),
                        new Bomb(
                                name,
                                "POST",
                                "/v1/policies/test",
                                "{\"identity_id\":\"sa:x\",\"context\":" + json + "}"),
                        new Bomb(name, "POST", "/v1/auth/introspect", "{\"token\":" + json + "}"),
                        new Bomb(name, "POST", "/v1/auth/revoke", json))
                .filter(bomb -> bomb.body().length() <= MAX_BODY);
    }

    private static String repeated(String element, int count) {
        return IntStream.range(0, count).mapToObj(i -> element).collect(Collectors.joining(","));
    }

    private static String numbered(String form, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> form.replace("%d", String.valueOf(i)))
                .collect(Collectors.joining(","));
    }

    /** 8,192 names of which Java's hash is the same. */
    private static String colliding() {
        return IntStream.range(0, 8_192)
                .mapToObj(i -> {
                    StringBuilder name = new StringBuilder();
                    for (int bit = 0; bit < 13; bit++) {
                        name.append((i >> bit & 1) == 0 ? "Aa" : "BB");
                    }
                    return "\"" + name + "\":1";
                })
                .collect(Collectors.joining(","));
    }

    static Stream<String> names() {
        return bombs().map(Bomb::name).distinct();
    }

    @ParameterizedTest
    @MethodSource("names")
    void body_costsNoMoreThanItsSize(String name) {
        for (Bomb bomb : bombs().filter(each -> each.name().equals(name)).toList()) {
            long began = System.nanoTime();
            long before = THREADS.getTotalThreadAllocatedBytes();
            ApiClient.Reply reply = owner.send(bomb.method(), bomb.uri(), bomb.body());
            long allocated = THREADS.getTotalThreadAllocatedBytes() - before;
            // The test's own request is in the same heap: its text as bytes, and what sends it.
            long own = 3L * bomb.body().getBytes(StandardCharsets.UTF_8).length;

            assertThat(reply.status()).as(bomb + " " + reply.body()).isIn(200, 201, 204, 400, 404, 413, 422);
            assertThat(allocated - own)
                    .as("bytes for the %,d of %s", bomb.body().length(), bomb)
                    .isLessThan(
                            PER_REQUEST + (long) BYTES_PER_BYTE * bomb.body().length());
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .as(bomb.toString())
                    .isLessThan(LONGEST);
        }
    }

    /** The values themselves are the caller's to shape: they are copied, not built. */
    @Test
    void value_mayHaveManyElements() {
        for (String element : List.of("{}", "[]", "7", "null")) {
            String json = "[" + repeated(element, 150_000) + "]";
            long before = THREADS.getTotalThreadAllocatedBytes();
            assertThat(owner.put("/v1/secrets/many", "{\"data\":{\"v\":" + json + "}}")
                            .status())
                    .isIn(200, 201);
            assertThat(THREADS.getTotalThreadAllocatedBytes() - before).isLessThan(PER_REQUEST + 40L * json.length());
            assertThat(owner.get("/v1/secrets/many").expect(200).body()).contains("\"data\":{\"v\":" + json + "}");
        }
    }
}
