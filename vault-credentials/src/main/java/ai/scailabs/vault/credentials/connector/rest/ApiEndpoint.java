package ai.scailabs.vault.credentials.connector.rest;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Where an API is asked that is not at its vendor's own place. */
public final class ApiEndpoint {
    private static final int LONGEST = 2_048;

    private ApiEndpoint() {}

    /**
     * Without a slash at its end.
     *
     * @param given absent for the usual one
     * @param development whether it may be {@code http}
     * @param refusal of the member, with what is wrong, for what is no plain URL of a server
     */
    public static URI parse(
            String member,
            @Nullable String given,
            URI usual,
            boolean development,
            BiFunction<String, String, ? extends RuntimeException> refusal) {
        return given == null
                ? usual
                : parsed(given, development)
                        .orElseThrow(() -> refusal.apply(member, "must be an https URL without a path"));
    }

    private static Optional<URI> parsed(String text, boolean development) {
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        String bare = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
        try {
            URI uri = new URI(bare);
            boolean carried = "https".equals(uri.getScheme()) || ("http".equals(uri.getScheme()) && development);
            boolean plain = uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawPath().isEmpty()
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null;
            return carried && plain ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException malformed) {
            return Optional.empty();
        }
    }
}
