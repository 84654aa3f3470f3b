package ai.scailabs.vault.access.token;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.text.ParseException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Fetches an issuer's key set over HTTP: no redirects, 2 s to connect, 3 s in all, 256 KiB at most. Thread-safe. */
final class KeySetSource {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(3);
    private static final long MAX_BYTES = 256 * 1024;

    private final HttpClient http;
    private final @Nullable URI jwksUrl;
    private final String issuer;
    private final boolean loopbackHttp;

    /** @param jwksUrl absent to ask the issuer's discovery document, anew each time */
    KeySetSource(HttpClient http, @Nullable URI jwksUrl, String issuer, boolean loopbackHttp) {
        this.http = http;
        this.jwksUrl = jwksUrl;
        this.issuer = issuer;
        this.loopbackHttp = loopbackHttp;
    }

    static HttpClient client() {
        return HttpClient.newBuilder()
                .connectTimeout(CONNECT_TIMEOUT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    /** @throws IOException when the set cannot be had or is not one; its message is for the log */
    JWKSet fetch() throws IOException, InterruptedException {
        URI location = jwksUrl != null ? jwksUrl : discovered();
        try {
            return JWKSet.parse(get(location));
        } catch (ParseException | IllegalArgumentException malformed) {
            throw new IOException("the answer is not a JWK set", malformed);
        }
    }

    /** OpenID Connect Discovery 1.0 §4: the document must name the issuer that it was asked for. */
    private URI discovered() throws IOException, InterruptedException {
        String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
        try {
            Map<String, Object> document = JSONObjectUtils.parse(
                    get(TokenProperties.uri("issuer", base + "/.well-known/openid-configuration")));
            String named = JSONObjectUtils.getString(document, "issuer");
            String keys = JSONObjectUtils.getString(document, "jwks_uri");
            if (!issuer.equals(named) || keys == null) {
                throw new IOException("the discovery document is that of another issuer or names no key set");
            }
            URI location = TokenProperties.uri("jwks_uri", keys);
            TokenProperties.requireSafe("jwks_uri", location, loopbackHttp);
            return location;
        } catch (ParseException | IllegalArgumentException malformed) {
            throw new IOException("the discovery document is malformed", malformed);
        }
    }

    private String get(URI location) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(location)
                .timeout(REQUEST_TIMEOUT)
                .header("Accept", "application/json")
                .build();
        HttpResponse<String> response =
                http.send(request, HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofString(), MAX_BYTES));
        if (response.statusCode() != 200) {
            throw new IOException("status " + response.statusCode() + " from " + location.getHost());
        }
        return response.body();
    }
}
