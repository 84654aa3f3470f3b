package ai.scailabs.vault.pki.anchor;

import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import java.util.UUID;

/**
 * An authority of the tenant itself, under one of its keys.
 *
 * @param certificate DER
 */
record OwnAuthority(UUID authority, String name, byte[] certificate) {
    String idText() {
        return CertificateAuthority.idText(authority);
    }

    SecretPath virtualPath() {
        return new SecretPath("pki/ca/" + name);
    }
}
