package ai.scailabs.vault.server.settings;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Certificate authorities, as others reach what they publish.
 *
 * @param publicUrl without a slash at its end; absent: certificates say nothing of it
 */
public record PkiSettings(@Nullable String publicUrl) {
    private static final String OFF = "off";
    private static final int MAX_LENGTH = 256;

    static @Nullable PkiSettings read(SettingsReader reader, ServerSettings.@Nullable Http http) {
        String chosen = reader.optional(Setting.PKI_PUBLIC_URL, PkiSettings::publicUrl);
        if (http == null) {
            return null;
        }
        String url = chosen == null ? withoutTls(http.baseUrl()) : chosen;
        return new PkiSettings(url.equals(OFF) ? null : url);
    }

    private static Optional<String> publicUrl(String text) {
        if (text.equals(OFF)) {
            return Optional.of(OFF);
        }
        try {
            URI url = new URI(text);
            boolean plain = "http".equals(url.getScheme())
                    && url.getHost() != null
                    && url.getRawUserInfo() == null
                    && url.getRawQuery() == null
                    && url.getRawFragment() == null
                    && text.length() <= MAX_LENGTH
                    && text.chars().allMatch(character -> character > ' ' && character <= '~');
            return plain ? Optional.of(withoutSlash(text)) : Optional.empty();
        } catch (URISyntaxException malformed) {
            return Optional.empty();
        }
    }

    /** Whoever verifies TLS cannot ask by TLS. What listens for TLS on a port of its own does not speak HTTP there. */
    private static String withoutTls(URI baseUrl) {
        String authority = baseUrl.getScheme().equals("http") ? baseUrl.getRawAuthority() : baseUrl.getHost();
        return withoutSlash("http://" + authority + baseUrl.getRawPath());
    }

    private static String withoutSlash(String url) {
        return url.replaceAll("/+$", "");
    }
}
