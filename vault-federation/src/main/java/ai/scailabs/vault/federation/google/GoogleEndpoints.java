package ai.scailabs.vault.federation.google;

import ai.scailabs.vault.federation.remote.BackendConfig;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where Google's services are.
 *
 * @param secrets null for Google's own, of the region where there is one
 * @param tokens where the key of a service account brings tokens; null for Google's own
 */
public record GoogleEndpoints(
        @Nullable URI secrets, @Nullable URI tokens) {
    public static final GoogleEndpoints PUBLIC = new GoogleEndpoints(null, null);

    private static final URI TOKENS = URI.create("https://oauth2.googleapis.com/token");

    URI secretsOf(BackendConfig.Google config) {
        if (secrets != null) {
            return secrets;
        }
        String host = config.location() == null
                ? "secretmanager.googleapis.com"
                : "secretmanager." + config.location() + ".rep.googleapis.com";
        return URI.create("https://" + host);
    }

    URI tokensAt() {
        return tokens == null ? TOKENS : tokens;
    }
}
