package ai.scailabs.vault.access.token;

import ai.scailabs.vault.access.token.TokenProperties.Introspection;
import ai.scailabs.vault.kernel.error.VaultException;
import com.nimbusds.jwt.JWTClaimsSet;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Asks the issuer about a token that only it can read (RFC 7662), and asks of the answer what is asked of a signed token. Thread-safe. */
final class IntrospectionClient {
    private static final Duration ENDPOINT_KNOWN_FOR = Duration.ofMinutes(5);

    private final IssuerHttp http;
    private final TokenProperties properties;
    private final Introspection settings;
    private final Clock clock;
    private volatile @Nullable Endpoint discovered;

    IntrospectionClient(IssuerHttp http, TokenProperties properties, Introspection settings, Clock clock) {
        this.http = http;
        this.properties = properties;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * @param fingerprint of the token
     * @throws VaultException {@code token_invalid} when the issuer says that it is not active, or says of it what no token may
     * @throws IOException when it says neither; its message is for the log and repeats nothing of the token
     */
    VerifiedToken introspect(String token, String fingerprint) throws IOException, InterruptedException {
        String form = "token=" + encoded(token) + "&token_type_hint=access_token";
        return verified(http.post(endpoint(), form, settings.authorization()), fingerprint);
    }

    private VerifiedToken verified(String answer, String fingerprint) throws IOException {
        Map<String, Object> members = IssuerMetadata.object(answer);
        // An answer that says yes and no is neither.
        if (!(members.get("active") instanceof Boolean active) || members.containsKey("error")) {
            throw new IOException("the answer does not say whether the token is active");
        }
        if (!active) {
            throw PersonalTokens.refusal();
        }
        try {
            JWTClaimsSet claims = JWTClaimsSet.parse(members);
            requireIssuer(claims);
            return TokenClaims.verified(claims, properties.audience(), fingerprint, ActorClaims::actor);
        } catch (ParseException | IllegalArgumentException malformed) {
            throw TokenRefusals.invalid("has malformed claims");
        }
    }

    /** The answer need not name one, but not another one. */
    private void requireIssuer(JWTClaimsSet claims) {
        if (claims.getIssuer() != null && !Set.copyOf(properties.issuers()).contains(claims.getIssuer())) {
            throw TokenRefusals.invalid("is from an issuer that is not accepted here");
        }
    }

    private URI endpoint() throws IOException, InterruptedException {
        if (settings.url() != null) {
            return settings.url();
        }
        Endpoint known = discovered;
        long now = clock.millis();
        if (known != null && now >= known.sinceMillis() && now - known.sinceMillis() < ENDPOINT_KNOWN_FOR.toMillis()) {
            return known.url();
        }
        URI found = IssuerMetadata.endpoint(
                http, properties.issuers().getFirst(), "introspection_endpoint", properties.loopbackHttp());
        discovered = new Endpoint(found, now);
        return found;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private record Endpoint(URI url, long sinceMillis) {}
}
