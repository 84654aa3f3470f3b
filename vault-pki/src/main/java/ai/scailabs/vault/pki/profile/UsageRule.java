package ai.scailabs.vault.pki.profile;

import ai.scailabs.vault.pki.x509.CertificateProfile;
import ai.scailabs.vault.pki.x509.ExtendedKeyUsage;
import java.util.List;
import java.util.Set;

/**
 * What certificates of a role may be used for.
 *
 * @param usages never empty, never OCSP signing
 * @param noRevocation {@code include_no_rev_avail}: no CRL and no OCSP, and they say so (RFC 9608)
 */
public record UsageRule(
        Set<ExtendedKeyUsage> usages,
        boolean keyEncipherment,
        List<String> policyIdentifiers,
        boolean basicConstraints,
        boolean noRevocation) {
    /** Both ends of mutual TLS. */
    public static final UsageRule DEFAULT = new UsageRule(
            Set.of(ExtendedKeyUsage.SERVER_AUTH, ExtendedKeyUsage.CLIENT_AUTH), true, List.of(), false, false);

    public UsageRule {
        usages = Set.copyOf(usages);
        policyIdentifiers = List.copyOf(policyIdentifiers);
    }

    public CertificateProfile.EndEntity profile() {
        return new CertificateProfile.EndEntity(
                usages, keyEncipherment, policyIdentifiers, basicConstraints, noRevocation);
    }
}
