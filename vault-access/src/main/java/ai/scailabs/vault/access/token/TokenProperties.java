package ai.scailabs.vault.access.token;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whose tokens are accepted.
 *
 * @param issuers compared with {@code iss} byte by byte; at least one
 * @param jwksUrl where all issuers publish their keys; when absent, each issuer's discovery document names its own
 * @param audience must be among {@code aud}
 * @param introspection of personal tokens; absent when they are not accepted
 * @param loopbackHttp permits {@code http} to this machine, for development; elsewhere it is always refused
 */
public record TokenProperties(
        List<String> issuers,
        @Nullable URI jwksUrl,
        String audience,
        @Nullable Introspection introspection,
        boolean loopbackHttp) {
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");

    /** @throws IllegalArgumentException saying what is wrong, in words for an operator */
    public TokenProperties {
        issuers = List.copyOf(issuers);
        if (issuers.isEmpty() || Set.copyOf(issuers).size() != issuers.size()) {
            throw new IllegalArgumentException("at least one issuer is needed, and none twice");
        }
        if (audience.isBlank()) {
            throw new IllegalArgumentException("the audience is blank");
        }
        for (String issuer : issuers) {
            requireSafe("issuer", uri("issuer", issuer), loopbackHttp);
        }
        if (jwksUrl != null) {
            requireSafe("JWKS URL", jwksUrl, loopbackHttp);
        }
        if (introspection != null && introspection.url() != null) {
            requireSafe("introspection URL", introspection.url(), loopbackHttp);
        }
    }

    /** Without personal tokens. */
    public TokenProperties(List<String> issuers, @Nullable URI jwksUrl, String audience, boolean loopbackHttp) {
        this(issuers, jwksUrl, audience, null, loopbackHttp);
    }

    /**
     * How the issuer is asked about a token that only it can read (RFC 7662).
     *
     * @param url absent when the discovery document of the first issuer names it
     * @param clientId who asks
     */
    public record Introspection(@Nullable URI url, String clientId, String clientSecret) {
        /** What the header {@code Authorization} says (RFC 6749 §2.3.1): both are form-encoded before they are joined. */
        public String authorization() {
            String login = encoded(clientId) + ":" + encoded(clientSecret);
            return "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
        }

        private static String encoded(String text) {
            return URLEncoder.encode(text, StandardCharsets.UTF_8);
        }

        /** Without the secret. */
        @Override
        public String toString() {
            return "Introspection[" + url + " as " + clientId + "]";
        }
    }

    /**
     * Whether the service may talk to that server: over https, or in development over http to this machine.
     *
     * @throws IllegalArgumentException saying what is wrong, in words for whoever wrote it
     */
    public static void requireSafe(String what, URI uri, boolean loopbackHttp) {
        if (uri.getHost() == null || uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException("the " + what + " is not a URL with a host, without user and fragment");
        }
        boolean https = "https".equals(uri.getScheme());
        boolean http = "http".equals(uri.getScheme());
        if (!https && !(http && loopbackHttp && LOOPBACK.contains(uri.getHost()))) {
            throw new IllegalArgumentException(
                    "the " + what + " must be an https URL (http only to this machine, in development mode)");
        }
    }

    /** @throws IllegalArgumentException when it is not a URL */
    public static URI uri(String what, String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException malformed) {
            throw new IllegalArgumentException("the " + what + " is not a URL", malformed);
        }
    }
}
