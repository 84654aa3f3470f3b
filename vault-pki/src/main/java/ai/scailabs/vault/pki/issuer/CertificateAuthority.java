package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.RevocationReason;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An authority as it is now.
 *
 * @param name a segment of a path, unique in the tenant
 * @param parentId the authority above it; none of a root
 * @param urls what was chosen of where its certificates point to
 * @param certified the generation that signs; none before its first certificate has come
 * @param pending a key for which somebody else is asked for a certificate
 * @param certificatesIssued those that it gave to others, intermediates included
 * @param crlPartitions how many lists tell of its revoked certificates
 * @param rotation when its key gives way to another
 * @param keyDestroyedAt since when its keys are not here any more; null as long as they are
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
        @Nullable AuthorityGeneration certified,
        @Nullable PendingKey pending,
        long certificatesIssued,
        int crlPartitions,
        Rotation rotation,
        @Nullable Instant keyDestroyedAt,
        @Nullable Revocation revocation,
        Instant createdAt,
        String createdBy,
        Instant updatedAt) {
    private static final String PREFIX = "ca_";

    /**
     * The generation that signs.
     *
     * @throws VaultException {@code conflict} as long as there is no certificate
     */
    public AuthorityGeneration current() {
        if (certified == null) {
            throw new VaultException(
                    ErrorCode.CONFLICT,
                    "The certificate authority has no certificate yet",
                    Map.of("state", AuthorityStatus.PENDING.wireName()));
        }
        return certified;
    }

    /** Of the key that signs, or that will when its certificate has come. */
    public KeySpec keySpec() {
        return certified == null && pending != null
                ? pending.keySpec()
                : current().keySpec();
    }

    CertificateAuthority with(AuthorityGeneration generation) {
        return new CertificateAuthority(
                id,
                name,
                type,
                parentId,
                commonName,
                status,
                urls,
                generation,
                pending,
                certificatesIssued,
                crlPartitions,
                rotation,
                keyDestroyedAt,
                revocation,
                createdAt,
                createdBy,
                updatedAt);
    }

    /**
     * When another key is to take the place of the one that signs.
     *
     * @param automatic whether that is done by the service
     * @param dueAt as was found last; null before anybody looked
     * @param failure why it did not succeed so far
     */
    public record Rotation(
            boolean automatic,
            @Nullable Instant dueAt,
            @Nullable Failure failure) {
        static final Rotation BY_HAND = new Rotation(false, null, null);

        static Rotation of(boolean automatic) {
            return automatic ? new Rotation(true, null, null) : BY_HAND;
        }
    }

    /**
     * @param code of the error catalogue
     * @param attempts that failed
     */
    public record Failure(String code, String message, int attempts, Instant nextAttemptAt) {}

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
