package ai.scailabs.vault.pki.revocation;

import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.role.StoredRole;
import ai.scailabs.vault.pki.x509.SerialNumber;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A certificate that is to be revoked or released.
 *
 * @param certificateId none where it is not stored
 * @param subjectAuthority whose own certificate it is
 */
record Target(
        UUID authority,
        String authorityName,
        int generation,
        SerialNumber serial,
        @Nullable UUID certificateId,
        @Nullable String role,
        @Nullable UUID subjectAuthority,
        Instant notAfter,
        CertificateStatus status) {
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
