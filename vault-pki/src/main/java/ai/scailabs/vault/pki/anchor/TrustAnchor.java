package ai.scailabs.vault.pki.anchor;

import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.pki.validation.PathCertificate;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The certificate of an authority that is relied on, whoever signed it.
 *
 * @param name a segment of a path, unique in the tenant
 */
public record TrustAnchor(UUID id, String name, PathCertificate certificate, Instant createdAt, String createdBy) {
    private static final String PREFIX = "ta_";
    private static final Pattern NAME = Pattern.compile("(?!ta_|ca_)[a-z0-9][a-z0-9_-]{0,62}");

    /** As the API writes it. */
    public String text() {
        return Ids.text(PREFIX, id);
    }

    /** The reverse of {@link #text()}; empty for any other text. */
    public static Optional<UUID> parseId(String text) {
        return Ids.uuid(PREFIX, text);
    }

    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** By which policies name it. */
    SecretPath virtualPath() {
        return virtualPath(name);
    }

    static SecretPath virtualPath(String name) {
        return new SecretPath("pki/trust-anchors/" + name);
    }
}
