package ai.scailabs.vault.pki.profile;

import ai.scailabs.vault.pki.TestIssuer;
import ai.scailabs.vault.pki.x509.CertificateContents;
import ai.scailabs.vault.pki.x509.CertificateProfile;
import ai.scailabs.vault.pki.x509.ExtendedKeyUsage;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.Subject;
import ai.scailabs.vault.pki.x509.SubjectAlternativeNames;
import ai.scailabs.vault.pki.x509.SubjectKey;
import java.time.Duration;
import java.util.List;

/** Roles by a few letters, and certificates that are about to be signed. */
final class TestRoles {
    static final TestIssuer ROOT = TestIssuer.root(KeySpec.EC_P256);
    static final String WIDE = "corp.example *.svc.cluster.local";

    private TestRoles() {}

    /** What of the flags is set: s(ubdomains) b(are) w(ildcards) a(ny) l(ocalhost) u(nderscores) i(p). */
    static AllowedNames names(String domains, String flags) {
        return new AllowedNames(
                domains.isEmpty() ? List.of() : List.of(domains.split(" ")),
                flags.contains("s"),
                flags.contains("b"),
                flags.contains("w"),
                flags.contains("a"),
                flags.contains("l"),
                !flags.contains("u"),
                flags.contains("i"),
                flags.contains("r") ? List.of("10.0.0.0/8", "2001:db8::/32") : List.of(),
                List.of("spiffe://corp.example/ns/*/sa/pay", "urn:corp:pay"),
                List.of("corp.example", "*.mail.example"),
                5);
    }

    static Role role(AllowedNames names) {
        return role(names, SubjectRule.DEFAULT);
    }

    static Role role(AllowedNames names, SubjectRule subject) {
        Role plain = Role.of("svc", "ca_1", names);
        return new Role(
                plain.name(),
                plain.caId(),
                names,
                Lifetime.upTo(Duration.ofHours(720)),
                plain.key(),
                plain.usage(),
                subject,
                SignatureRule.DEFAULT,
                true,
                true,
                false,
                false,
                false,
                false,
                plain.maxCertificateBytes());
    }

    static SubjectRule cn(boolean require, boolean exclude, boolean validate) {
        return new SubjectRule(
                List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), require, exclude,
                validate);
    }

    static byte[] certificate(String commonName, Duration ttl, KeySpec key, ExtendedKeyUsage usage, String... names) {
        return ROOT.tbs(ROOT.draft(
                commonName.isEmpty() ? Subject.empty() : Subject.commonName(commonName),
                SubjectKey.of(TestIssuer.keys(key).getPublic()),
                SubjectAlternativeNames.parse(List.of(names), List.of()),
                CertificateProfile.EndEntity.of(usage),
                ttl));
    }

    static byte[] named(String... names) {
        return certificate("", Duration.ofHours(1), KeySpec.EC_P256, ExtendedKeyUsage.CLIENT_AUTH, names);
    }

    static List<String> broken(byte[] tbs, Role role) {
        return RolePolicy.check(CertificateContents.ofTbs(tbs), role, ROOT.view()).stream()
                .map(Violation::rule)
                .toList();
    }
}
