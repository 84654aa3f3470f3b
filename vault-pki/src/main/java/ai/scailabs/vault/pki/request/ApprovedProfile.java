package ai.scailabs.vault.pki.request;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.profile.AllowedNames;
import ai.scailabs.vault.pki.profile.KeyRule;
import ai.scailabs.vault.pki.profile.Lifetime;
import ai.scailabs.vault.pki.profile.Role;
import ai.scailabs.vault.pki.profile.SignatureRule;
import ai.scailabs.vault.pki.profile.SubjectRule;
import ai.scailabs.vault.pki.profile.UsageRule;
import ai.scailabs.vault.pki.x509.CertificationRequest;
import ai.scailabs.vault.pki.x509.GeneralName;
import ai.scailabs.vault.pki.x509.NameSyntax;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The role of one approved request that is signed by none: whoever approved it said which names, and all else is at the defaults of roles. It allows these names and no others, so that the one function
 * that decides says of the finished bytes that they are what was approved.
 */
final class ApprovedProfile {
    private static final String NAME = "approved-request";

    private ApprovedProfile() {}

    /**
     * @param caId of the authority that is to sign
     * @throws VaultException {@code csr_rejected} for a subject with parts that certificates are not given
     */
    static Role of(CertificationRequest request, String caId) {
        return new Role(
                NAME,
                caId,
                names(request),
                new Lifetime(
                        Lifetime.DEFAULT_TTL, Lifetime.DEFAULT_MAX_TTL, Lifetime.DEFAULT_BACKDATE, false, false, false),
                new KeyRule(KeyRule.ANY, 0),
                UsageRule.DEFAULT,
                subject(request),
                SignatureRule.DEFAULT,
                true,
                true,
                false,
                false,
                false,
                false,
                Role.DEFAULT_MAX_CERTIFICATE_BYTES);
    }

    private static AllowedNames names(CertificationRequest request) {
        List<String> domains = new ArrayList<>();
        List<String> addresses = new ArrayList<>();
        List<String> uris = new ArrayList<>();
        List<String> mailboxes = new ArrayList<>();
        List<GeneralName> all = new ArrayList<>(request.names().names());
        request.subject()
                .commonName()
                .filter(ApprovedProfile::isName)
                .map(NameSyntax::parse)
                .ifPresent(all::add);
        for (GeneralName name : all) {
            switch (name) {
                case GeneralName.Dns dns -> domains.add(dns.text());
                case GeneralName.Ip ip -> addresses.add(ip.text() + (ip.text().contains(":") ? "/128" : "/32"));
                case GeneralName.Uri uri -> uris.add(uri.text());
                case GeneralName.Email email -> mailboxes.add(email.domain());
            }
        }
        return new AllowedNames(
                domains,
                false,
                true,
                true,
                false,
                true,
                false,
                !addresses.isEmpty(),
                addresses,
                uris,
                mailboxes,
                AllowedNames.DEFAULT_MAX_SANS);
    }

    /** A common name that is the name of a person or a thing stands in the subject alone. */
    private static SubjectRule subject(CertificationRequest request) {
        Map<String, List<String>> parts = request.subject().parts();
        boolean isName =
                request.subject().commonName().filter(ApprovedProfile::isName).isPresent();
        return new SubjectRule(
                parts.getOrDefault("organization", List.of()),
                parts.getOrDefault("ou", List.of()),
                parts.getOrDefault("country", List.of()),
                parts.getOrDefault("province", List.of()),
                parts.getOrDefault("locality", List.of()),
                parts.getOrDefault("street_address", List.of()),
                parts.getOrDefault("postal_code", List.of()),
                false,
                !isName,
                false);
    }

    private static boolean isName(String commonName) {
        try {
            GeneralName unused = NameSyntax.parse(commonName);
            return true;
        } catch (VaultException notOne) {
            return false;
        }
    }
}
