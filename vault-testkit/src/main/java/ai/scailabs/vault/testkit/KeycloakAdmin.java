package ai.scailabs.vault.testkit;

import com.nimbusds.jose.util.JSONArrayUtils;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Keycloak's token endpoint and admin API, as its administrator. Fails on every answer that is no success. */
final class KeycloakAdmin {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String base;
    private final HttpClient http = HttpClient.newHttpClient();

    KeycloakAdmin(String base) {
        this.base = base;
    }

    String base() {
        return base;
    }

    /** The access token that the form gets in the realm. */
    String token(String realm, Map<String, String> form) {
        String body = form.entrySet().stream()
                .map(each -> encoded(each.getKey()) + "=" + encoded(each.getValue()))
                .collect(Collectors.joining("&"));
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(base + "/realms/" + realm + "/protocol/openid-connect/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body));
        return String.valueOf(object(send(request)).get("access_token"));
    }

    /** Tells the id of what was made. */
    String create(String path, Map<String, Object> body) {
        HttpResponse<String> response = send(admin(path, body, "POST"));
        String location = response.headers().firstValue("Location").orElse("");
        return location.substring(location.lastIndexOf('/') + 1);
    }

    void put(String path, @Nullable Map<String, Object> body) {
        send(admin(path, body, "PUT"));
    }

    Map<String, Object> get(String path) {
        return object(send(admin(path, null, "GET")));
    }

    List<Object> list(String path) {
        HttpResponse<String> response = send(admin(path, null, "GET"));
        try {
            return JSONArrayUtils.parse(response.body());
        } catch (ParseException e) {
            throw new IllegalStateException(response.body(), e);
        }
    }

    private HttpRequest.Builder admin(String path, @Nullable Map<String, Object> body, String method) {
        // Good for a minute, so it is asked for anew each time.
        String token = token(
                "master",
                Map.of(
                        "grant_type",
                        "password",
                        "client_id",
                        "admin-cli",
                        "username",
                        TestKeycloak.ADMIN,
                        "password",
                        TestKeycloak.PASSWORD));
        return HttpRequest.newBuilder(URI.create(base + "/admin/realms" + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null
                                ? BodyPublishers.noBody()
                                : BodyPublishers.ofString(JSONObjectUtils.toJSONString(body)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = http.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString());
            if (response.statusCode() / 100 != 2) {
                throw new IllegalStateException(response.request().method() + " " + response.uri() + " was answered "
                        + response.statusCode() + " " + response.body());
            }
            return response;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, Object> object(HttpResponse<String> response) {
        try {
            return JSONObjectUtils.parse(response.body());
        } catch (ParseException e) {
            throw new IllegalStateException(response.body(), e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
