package ai.scailabs.vault.access.token;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.io.IOException;
import java.net.URI;
import java.text.ParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Fetches an issuer's key set. Thread-safe. */
final class KeySetSource implements KeySource {
    private final Documents http;
    private final @Nullable URI jwksUrl;
    private final String issuer;
    private final boolean loopbackHttp;

    /** @param jwksUrl absent to ask the issuer's discovery document, anew each time */
    KeySetSource(Documents http, @Nullable URI jwksUrl, String issuer, boolean loopbackHttp) {
        this.http = http;
        this.jwksUrl = jwksUrl;
        this.issuer = issuer;
        this.loopbackHttp = loopbackHttp;
    }

    @Override
    public JWKSet fetch() throws IOException, InterruptedException {
        URI location = jwksUrl != null ? jwksUrl : IssuerMetadata.endpoint(http, issuer, "jwks_uri", loopbackHttp);
        if (!(IssuerMetadata.object(http.get(location)).get("keys") instanceof List<?> published)) {
            throw new IOException("the answer is not a JWK set");
        }
        List<JWK> readable =
                published.stream().flatMap(key -> readable(key).stream()).toList();
        if (readable.isEmpty() && !published.isEmpty()) {
            throw new IOException("the JWK set holds no key that can be read");
        }
        return new JWKSet(readable);
    }

    /** Empty for a key of a kind that is not known, as RFC 7517 §5 wants it, and for a broken one: neither may keep the others from being exchanged. */
    private static Optional<JWK> readable(@Nullable Object key) {
        if (!(key instanceof Map<?, ?> members)) {
            return Optional.empty();
        }
        Map<String, Object> named = new LinkedHashMap<>();
        members.forEach((name, value) -> named.put(String.valueOf(name), value));
        try {
            return Optional.of(JWK.parse(named));
        } catch (ParseException | RuntimeException unreadable) {
            return Optional.empty();
        }
    }
}
