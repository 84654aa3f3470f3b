package ai.scailabs.vault.server;

import ai.scailabs.vault.testkit.TestMoto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One moto for all tenants that are prepared, whose Secrets Manager is the other vault of each; names there begin with the tenant's. */
final class PreparedVaults {
    static final String CREDENTIALS = "ops/aws";

    private static final String REGION = "eu-central-1";
    private static final TestMoto MOTO = TestMoto.start();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final AtomicInteger COUNT = new AtomicInteger();

    private static final int CONFLICTS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private PreparedVaults() {}

    static Map<String, String> config() {
        return Map.of(
                "region",
                REGION,
                "credentials_path",
                CREDENTIALS,
                "endpoint",
                MOTO.endpoint().toString());
    }

    /** By which tools of AWS's find it. */
    static Map<String, String> environment() {
        return Map.of(
                "AWS_REGION",
                REGION,
                "AWS_ENDPOINT_URL",
                MOTO.endpoint().toString(),
                "AWS_ACCESS_KEY_ID",
                "AKIDEXAMPLE",
                "AWS_SECRET_ACCESS_KEY",
                "not-a-real-one");
    }

    /** Of a backend that is there, and has what lies below the prefix. */
    static Map<String, Object> body(String name, String pattern, String template) {
        return Map.of(
                "name",
                name,
                "type",
                "aws-secrets-manager",
                "config",
                config(),
                "path_mapping",
                Map.of(pattern, template),
                "mode",
                "proxy");
    }

    /** The same with paths of its own, which needs the credentials to be there. */
    static Map<String, Object> body() {
        int number = COUNT.incrementAndGet();
        return body("vault-" + number, "elsewhere/v" + number + "/**", "prepared/v" + number + "/**");
    }

    static void giveCredentials(ApiClient owner) {
        owner.put(
                "/v1/secrets/" + CREDENTIALS,
                Map.of(
                        "secret_type",
                        "json",
                        "data",
                        Map.of("access_key_id", "AKIDEXAMPLE", "secret_access_key", "CANARY-fed-key-77")));
    }

    static String create(ApiClient owner) {
        giveCredentials(owner);
        return id(owner.post("/v1/federation/backends", body()).expect(201).json());
    }

    /** A backend that is copied, with conflicts that nobody has settled. */
    static Copied createCopied(ApiClient owner) {
        giveCredentials(owner);
        int number = COUNT.incrementAndGet();
        for (int i = 0; i < CONFLICTS; i++) {
            owner.put("/v1/secrets/elsewhere/c" + number + "/s" + i, Map.of("data", Map.of("value", "here")));
            put("prepared/c" + number + "/s" + i, "there");
        }
        Map<String, Object> body =
                new HashMap<>(body("copied-" + number, "elsewhere/c" + number + "/**", "prepared/c" + number + "/**"));
        body.put("mode", "sync");
        body.put("sync_interval", "30d");
        String id = id(owner.post("/v1/federation/backends", body).expect(201).json());
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            List<String> conflicts = owner.get("/v1/federation/backends/" + id + "/conflicts")
                    .expect(200)
                    .json()
                    .get("conflicts")
                    .valueStream()
                    .map(PreparedVaults::id)
                    .toList();
            if (conflicts.size() == CONFLICTS) {
                return new Copied(id, conflicts);
            }
            if (System.nanoTime() > end) {
                throw new AssertionError("no conflicts were found");
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    static String id(JsonNode created) {
        return created.get("id").stringValue();
    }

    static void put(String name, String value) {
        call("CreateSecret", Map.of("Name", name, "SecretString", value));
    }

    static void change(String name, String value) {
        call("PutSecretValue", Map.of("SecretId", name, "SecretString", value));
    }

    private static void call(String action, Map<String, ?> body) {
        HttpRequest request = HttpRequest.newBuilder(MOTO.endpoint())
                .header("Content-Type", "application/x-amz-json-1.1")
                .header("X-Amz-Target", "secretsmanager." + action)
                .header(
                        "Authorization",
                        "AWS4-HMAC-SHA256 Credential=test/20260101/" + REGION
                                + "/secretsmanager/aws4_request, SignedHeaders=host, Signature=0")
                .POST(HttpRequest.BodyPublishers.ofString(JsonMapper.shared().writeValueAsString(body)))
                .build();
        try {
            HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IllegalStateException("moto answers " + answer.statusCode() + ": " + answer.body());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** @param conflicts ids of several */
    record Copied(String backend, List<String> conflicts) {}
}
