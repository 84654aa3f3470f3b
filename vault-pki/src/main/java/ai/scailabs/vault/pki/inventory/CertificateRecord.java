package ai.scailabs.vault.pki.inventory;

import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.revocation.CertificateStatus;
import ai.scailabs.vault.pki.role.StoredRole;
import ai.scailabs.vault.pki.x509.RevocationReason;
import ai.scailabs.vault.pki.x509.SerialNumber;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A certificate that is kept, as it stands now.
 *
 * @param role by which it was issued; none for the certificate of an authority
 * @param subjectAuthority whose own certificate it is
 * @param names with their kinds before them
 * @param status of its own revocation, or of its authority's
 * @param renewal of one whose key is kept
 */
public record CertificateRecord(
        UUID id,
        UUID authority,
        String authorityName,
        SerialNumber serial,
        @Nullable String role,
        @Nullable UUID subjectAuthority,
        @Nullable String commonName,
        String subject,
        List<String> names,
        Instant notBefore,
        Instant notAfter,
        CertificateStatus status,
        @Nullable Renewal renewal,
        Instant createdAt,
        String createdBy) {
    private static final String PREFIX = "cert_";
    /** Who makes the certificates of responders. */
    private static final String RESPONDER = "system:ocsp-responder";

    public CertificateRecord {
        names = List.copyOf(names);
    }

    public String text() {
        return Ids.text(PREFIX, id);
    }

    /** The reverse of {@link #text()}; empty for any other text. */
    public static Optional<UUID> parseId(String text) {
        return Ids.uuid(PREFIX, text);
    }

    /** What it is for, in the words of the API: those of authorities and of responders have no role, nor have those of requests that were approved as they were. */
    public String kind() {
        if (subjectAuthority != null) {
            return "authority";
        }
        return createdBy.equals(RESPONDER) ? "ocsp_responder" : "end_entity";
    }

    /** In the words of the API. */
    public String state(Instant now) {
        if (status instanceof CertificateStatus.Revoked revoked) {
            return revoked.reason() == RevocationReason.CERTIFICATE_HOLD ? "on_hold" : "revoked";
        }
        return notAfter.isBefore(now) ? "expired" : "active";
    }

    boolean isRevoked() {
        return status instanceof CertificateStatus.Revoked;
    }

    /**
     * How it goes on with a certificate.
     *
     * @param autoRenew whether it is renewed by itself, while its role does that
     * @param nextAt when that is due, or tried again; null for never, or not any more
     * @param renews in whose place it came
     * @param renewedBy what came in its place
     * @param failure why that did not succeed so far
     */
    public record Renewal(
            boolean autoRenew,
            @Nullable Instant nextAt,
            @Nullable UUID renews,
            @Nullable UUID renewedBy,
            @Nullable Failure failure) {}

    /**
     * @param code of the error catalogue
     * @param attempts that failed
     */
    public record Failure(String code, String message, int attempts) {}

    /** As the API writes the id of a certificate. */
    public static String idText(UUID id) {
        return Ids.text(PREFIX, id);
    }

    /** By which policies name it: its role, and its authority. */
    List<SecretPath> virtualPaths() {
        List<SecretPath> paths = new ArrayList<>();
        if (role != null) {
            paths.add(StoredRole.virtualPath(role));
        }
        paths.add(CertificateAuthority.virtualPath(authorityName));
        return paths;
    }
}
