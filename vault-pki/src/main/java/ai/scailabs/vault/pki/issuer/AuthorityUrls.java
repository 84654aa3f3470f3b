package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.kernel.error.VaultException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where certificates are to say that an authority publishes, as somebody chose it for this authority. Absent: where this installation publishes; empty: nowhere.
 *
 * @param issuer of the authority's own certificate
 */
public record AuthorityUrls(
        @Nullable List<String> crl,
        @Nullable List<String> ocsp,
        @Nullable List<String> issuer) {
    /** Nothing was chosen. */
    public static final AuthorityUrls DEFAULT = new AuthorityUrls(null, null, null);

    private static final int MOST = 4;
    private static final int MAX_LENGTH = 512;
    private static final Pattern PRINTABLE = Pattern.compile("[!-~]{1," + MAX_LENGTH + "}");

    public AuthorityUrls {
        crl = crl == null ? null : List.copyOf(crl);
        ocsp = ocsp == null ? null : List.copyOf(ocsp);
        issuer = issuer == null ? null : List.copyOf(issuer);
    }

    /**
     * @param partitions in how many parts the authority's list is
     * @throws VaultException {@code validation_error}
     */
    AuthorityUrls checked(int partitions) {
        if (partitions > 1 && crl != null && !crl.isEmpty()) {
            throw VaultException.invalidField(
                    "crl_urls", "cannot be chosen for a list in parts, which bear the names that certificates name");
        }
        requireUrls("crl_urls", crl);
        requireUrls("ocsp_urls", ocsp);
        requireUrls("issuer_urls", issuer);
        return this;
    }

    private static void requireUrls(String field, @Nullable List<String> urls) {
        if (urls == null) {
            return;
        }
        if (urls.size() > MOST) {
            throw VaultException.invalidField(field, "must have at most " + MOST + " entries");
        }
        if (!urls.stream().allMatch(AuthorityUrls::isUrl)) {
            throw VaultException.invalidField(
                    field,
                    "must be http:// URLs of at most " + MAX_LENGTH
                            + " characters: whoever verifies TLS cannot ask by TLS");
        }
    }

    private static boolean isUrl(String text) {
        if (!PRINTABLE.matcher(text).matches()) {
            return false;
        }
        try {
            URI url = new URI(text);
            return text.startsWith("http://")
                    && url.getHost() != null
                    && url.getRawUserInfo() == null
                    && url.getRawFragment() == null;
        } catch (URISyntaxException malformed) {
            return false;
        }
    }
}
