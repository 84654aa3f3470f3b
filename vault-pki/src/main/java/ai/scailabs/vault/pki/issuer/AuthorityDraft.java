package ai.scailabs.vault.pki.issuer;

import ai.scailabs.vault.pki.x509.NameConstraints;
import org.jspecify.annotations.Nullable;

/**
 * An authority as a caller wants it; absent is null.
 *
 * @param parentCaId who signs it; of an intermediate
 * @param signedBy {@code external} where somebody else signs an intermediate; absent: the parent
 * @param keyType absent: RSA
 * @param keyStorage absent: where this installation keeps them
 * @param validityDays absent: ten years of a root, five of an intermediate, and no longer than its parent
 * @param maxPathLength how many authorities may follow below; absent: one less than of the parent, or any number
 * @param autoRotate whether its key gives way to another by itself, in time
 * @param crlPartitions how many lists tell of its revoked certificates; absent: one
 */
public record AuthorityDraft(
        @Nullable String name,
        @Nullable String commonName,
        @Nullable String caType,
        @Nullable String parentCaId,
        @Nullable String signedBy,
        @Nullable String keyType,
        @Nullable Integer keySize,
        @Nullable String keyStorage,
        @Nullable Integer validityDays,
        SubjectFields subject,
        @Nullable Integer maxPathLength,
        NameConstraints constraints,
        @Nullable Boolean autoRotate,
        @Nullable Integer crlPartitions,
        AuthorityUrls urls) {

    /** What the subject says beside the common name. */
    public record SubjectFields(
            @Nullable String country,
            @Nullable String province,
            @Nullable String locality,
            @Nullable String streetAddress,
            @Nullable String postalCode,
            @Nullable String organization,
            @Nullable String ou) {}
}
