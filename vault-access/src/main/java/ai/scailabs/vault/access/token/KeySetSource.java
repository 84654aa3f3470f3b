package ai.scailabs.vault.access.token;

import com.nimbusds.jose.jwk.JWKSet;
import java.io.IOException;
import java.net.URI;
import java.text.ParseException;
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
        try {
            return JWKSet.parse(http.get(location));
        } catch (ParseException | IllegalArgumentException malformed) {
            throw new IOException("the answer is not a JWK set", malformed);
        }
    }
}
