package ai.scailabs.vault.pki.profile;

import ai.scailabs.vault.pki.x509.IssuerView;
import java.util.List;

/** Holds a certificate that is about to be signed against a role and against every authority above it. */
public interface RolePolicy {
    /**
     * @param tbsCertificate the very bytes that will be signed, as {@link ai.scailabs.vault.pki.x509.LintedCertificate#tbsCertificate} gives them
     * @return everything that is wrong with it, empty when it may be signed
     */
    List<Violation> check(byte[] tbsCertificate, Role role, IssuerView issuer);
}
