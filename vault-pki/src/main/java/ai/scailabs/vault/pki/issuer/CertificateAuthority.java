package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An authority as it is now.
 *
 * @param name a segment of a path, unique in the tenant
 * @param parentId the authority above it; none of a root
 * @param current the generation that signs
 * @param certificatesIssued those that it gave to others, intermediates included
 */
public record CertificateAuthority(
        UUID id,
        String name,
        AuthorityType type,
        @Nullable UUID parentId,
        String commonName,
        AuthorityStatus status,
        AuthorityGeneration current,
        long certificatesIssued,
        Instant createdAt,
        String createdBy,
        Instant updatedAt) {
    private static final String PREFIX = "ca_";

    /** As the API writes it. */
    public String text() {
        return idText(id);
    }

    public static String idText(UUID id) {
        return Ids.text(PREFIX, id);
    }

    /** The reverse of {@link #text()}; empty for any other text. */
    public static Optional<UUID> parseId(String text) {
        return Ids.uuid(PREFIX, text);
    }

    /** By which policies name it. */
    public SecretPath virtualPath() {
        return virtualPath(name);
    }

    static SecretPath virtualPath(String name) {
        return new SecretPath("pki/ca/" + name);
    }
}
