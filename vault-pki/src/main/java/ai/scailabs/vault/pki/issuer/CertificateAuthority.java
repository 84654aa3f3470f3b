package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.pki.x509.RevocationReason;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An authority as it is now.
 *
 * @param name a segment of a path, unique in the tenant
 * @param parentId the authority above it; none of a root
 * @param urls what was chosen of where its certificates point to
 * @param current the generation that signs
 * @param certificatesIssued those that it gave to others, intermediates included
 * @param crlPartitions how many lists tell of its revoked certificates
 * @param revocation of one that was revoked, and all that it signed with it
 */
public record CertificateAuthority(
        UUID id,
        String name,
        AuthorityType type,
        @Nullable UUID parentId,
        String commonName,
        AuthorityStatus status,
        AuthorityUrls urls,
        AuthorityGeneration current,
        long certificatesIssued,
        int crlPartitions,
        @Nullable Revocation revocation,
        Instant createdAt,
        String createdBy,
        Instant updatedAt) {
    private static final String PREFIX = "ca_";

    /** Why and when. */
    public record Revocation(RevocationReason reason, Instant at) {}

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

    public static SecretPath virtualPath(String name) {
        return new SecretPath("pki/ca/" + name);
    }
}
