package ai.scailabs.vault.server.settings;

import ai.scailabs.vault.kms.pkcs11.Pkcs11Token;
import ai.scailabs.vault.pki.issuer.KeyStorage;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Certificate authorities, as others reach what they publish.
 *
 * @param publicUrl without a slash at its end; absent: certificates say nothing of it
 * @param keyStorage where their keys lie unless the caller says it
 * @param hsm absent: in no HSM
 * @param acme of certificates that are ordered from others
 */
public record PkiSettings(
        @Nullable String publicUrl,
        KeyStorage keyStorage,
        @Nullable Pkcs11Token hsm,
        AcmeSettings acme) {
    private static final String OFF = "off";
    private static final int MAX_LENGTH = 256;

    static @Nullable PkiSettings read(SettingsReader reader, ServerSettings.@Nullable Http http) {
        String chosen = reader.optional(Setting.PKI_PUBLIC_URL, PkiSettings::publicUrl);
        KeyStorage storage = reader.required(Setting.PKI_KEY_STORAGE, KeyStorage::parse);
        Pkcs11Token hsm = hsm(reader);
        if (storage == KeyStorage.HSM && hsm == null) {
            reader.problem("PKI_KEY_STORAGE=hsm needs PKI_HSM_LIBRARY, PKI_HSM_TOKEN_LABEL and PKI_HSM_PIN_FILE");
        }
        AcmeSettings acme = AcmeSettings.read(reader);
        if (http == null || storage == null || acme == null) {
            return null;
        }
        String url = chosen == null ? withoutTls(http.baseUrl()) : chosen;
        return new PkiSettings(url.equals(OFF) ? null : url, storage, hsm, acme);
    }

    private static @Nullable Pkcs11Token hsm(SettingsReader reader) {
        int before = reader.problems().size();
        Path library = reader.optional(Setting.PKI_HSM_LIBRARY, ServerSettings::path);
        String label = reader.optional(Setting.PKI_HSM_TOKEN_LABEL, ServerSettings.matching("[ -~]{1,32}"));
        Path pin = reader.optional(Setting.PKI_HSM_PIN_FILE, ServerSettings::path);
        Integer sessions = reader.required(Setting.PKI_HSM_SESSIONS, ServerSettings.number(1, 64));
        Integer millis = reader.required(Setting.PKI_HSM_TIMEOUT_MILLIS, ServerSettings.number(100, 60_000));
        if (reader.problems().size() > before || sessions == null || millis == null) {
            return null;
        }
        if (library == null && label == null && pin == null) {
            return null;
        }
        if (library == null || label == null || pin == null) {
            reader.problem("PKI_HSM_LIBRARY, PKI_HSM_TOKEN_LABEL and PKI_HSM_PIN_FILE are set together or not at all");
            return null;
        }
        return new Pkcs11Token(library, label, pin, sessions, Duration.ofMillis(millis));
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
