package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls the API as a user's program would. */
public final class ApiClient {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private static final JsonMapper JSON = JsonMapper.shared();

    private final int port;
    private final @Nullable String token;

    public ApiClient(int port, @Nullable String token) {
        this.port = port;
        this.token = token;
    }

    public Reply get(String path, String... headers) {
        return send("GET", path, null, headers);
    }

    public Reply put(String path, Object body, String... headers) {
        return send("PUT", path, body, headers);
    }

    public Reply post(String path, @Nullable Object body, String... headers) {
        return send("POST", path, body, headers);
    }

    public Reply patch(String path, Object body, String... headers) {
        return send("PATCH", path, body, headers);
    }

    public Reply delete(String path, String... headers) {
        return send("DELETE", path, null, headers);
    }

    /** @param body a text is sent as it is, anything else as JSON */
    public Reply send(String method, String path, @Nullable Object body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (body == null) {
            request.method(method, BodyPublishers.noBody());
        } else {
            request.setHeader("Content-Type", "application/json");
            String text = body instanceof String raw ? raw : JSON.writeValueAsString(body);
            request.method(method, BodyPublishers.ofString(text));
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        try {
            HttpResponse<String> response = HTTP.send(request.build(), BodyHandlers.ofString());
            return new Reply(response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    int port() {
        return port;
    }

    @Nullable
    String token() {
        return token;
    }

    /** Makes a policy and binds the identity to it; tells the policy's id. */
    public String allow(String identity, String pattern, String... permissions) {
        Reply policy = post(
                "/v1/policies",
                Map.of(
                        "name",
                        "policy " + System.nanoTime(),
                        "rules",
                        List.of(Map.of("path_pattern", pattern, "permissions", List.of(permissions)))));
        policy.expect(201);
        String id = policy.json().get("id").stringValue();
        String type = identity.startsWith("user:") ? "user" : identity.startsWith("sa:") ? "service_account" : "group";
        post("/v1/policies/" + id + "/bindings", Map.of("identity_type", type, "identity_id", identity))
                .expect(201);
        return id;
    }

    /** An answer. */
    public record Reply(HttpResponse<String> response) {
        public int status() {
            return response.statusCode();
        }

        public String body() {
            return response.body();
        }

        public JsonNode json() {
            return JSON.readTree(response.body());
        }

        public String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        /** Of the error envelope; empty for any other body. */
        public String code() {
            return body().isEmpty() || !header("Content-Type").startsWith("application/json")
                    ? ""
                    : json().path("error").path("code").asString("");
        }

        public Reply expect(int status) {
            assertThat(status()).as(body()).isEqualTo(status);
            return this;
        }

        public Reply expect(int status, String code) {
            expect(status);
            assertThat(code()).isEqualTo(code);
            return this;
        }
    }
}
