package ai.scailabs.vault.dev.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON over HTTP with one identity's token. */
final class VaultApi {
    private static final int CONFLICT = 409;

    private final HttpClient http;
    private final String baseUrl;
    private final String token;
    private final JsonMapper json = JsonMapper.builder().build();

    VaultApi(HttpClient http, String baseUrl, String token) {
        this.http = http;
        this.baseUrl = baseUrl;
        this.token = token;
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        return answer("GET", path, send("GET", path, ""));
    }

    JsonNode post(String path, Map<String, ?> body) throws IOException, InterruptedException {
        return answer("POST", path, send("POST", path, json.writeValueAsString(body)));
    }

    /** Like {@link #post}, content when the thing is there already. */
    void postOnce(String path, Map<String, ?> body) throws IOException, InterruptedException {
        HttpResponse<String> response = send("POST", path, json.writeValueAsString(body));
        if (response.statusCode() != CONFLICT) {
            answer("POST", path, response);
        }
    }

    /** Writes the first version of a secret, unless it has one. */
    void putOnce(String path, Map<String, ?> body) throws IOException, InterruptedException {
        HttpResponse<String> response = send("PUT", path, json.writeValueAsString(body));
        boolean there = response.statusCode() == CONFLICT
                && json.readTree(response.body())
                                .at("/error/details/current_version")
                                .asInt(0)
                        > 0;
        if (!there) {
            answer("PUT", path, response);
        }
    }

    private HttpResponse<String> send(String method, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(baseUrl + path))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + token)
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        if (method.equals("PUT")) {
            request.header("If-None-Match", "*");
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private JsonNode answer(String method, String path, HttpResponse<String> response) throws IOException {
        if (response.statusCode() / 100 != 2) {
            throw new IOException(method + " " + path + " answered " + response.statusCode() + ": " + response.body());
        }
        return json.readTree(response.body());
    }
}
