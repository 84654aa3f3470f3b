package ai.scailabs.vault.pki.profile;

import static ai.scailabs.vault.pki.profile.TestRoles.ROOT;
import static ai.scailabs.vault.pki.profile.TestRoles.WIDE;
import static ai.scailabs.vault.pki.profile.TestRoles.broken;
import static ai.scailabs.vault.pki.profile.TestRoles.certificate;
import static ai.scailabs.vault.pki.profile.TestRoles.cn;
import static ai.scailabs.vault.pki.profile.TestRoles.named;
import static ai.scailabs.vault.pki.profile.TestRoles.names;
import static ai.scailabs.vault.pki.profile.TestRoles.role;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.TestIssuer;
import ai.scailabs.vault.pki.x509.CertificateContents;
import ai.scailabs.vault.pki.x509.CertificateProfile;
import ai.scailabs.vault.pki.x509.ExtendedKeyUsage;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.Subject;
import ai.scailabs.vault.pki.x509.SubjectAlternativeNames;
import ai.scailabs.vault.pki.x509.SubjectKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RolePolicyTest {
    @ParameterizedTest(name = "{0} by {1} with {2}: {3}")
    @CsvSource({
        "corp.example, corp.example, '', allow_bare_domains",
        "corp.example, corp.example, b, ok",
        "corp.example, *.corp.example, b, allow_bare_domains",
        "a.corp.example, corp.example, '', allow_subdomains",
        "a.corp.example, corp.example, b, allow_subdomains",
        "a.corp.example, corp.example, s, ok",
        "a.b.corp.example, corp.example, s, ok",
        "a.corp.example, *.corp.example, '', ok",
        "a.b.corp.example, *.corp.example, '', allow_subdomains",
        "a.b.corp.example, *.corp.example, s, ok",
        "pay.svc.cluster.local, corp.example *.svc.cluster.local, s, ok",
        "evilcorp.example, corp.example, sbw, allowed_domains",
        "corp.example.evil.test, corp.example, sbw, allowed_domains",
        "example.corp.example.test, corp.example, sbw, allowed_domains",
        "a.other.test, corp.example, sbwlu, allowed_domains",
        "a.other.test, '', sbwlu, allowed_domains",
        "a.other.test, '', a, ok",
        "*.corp.example, corp.example, s, allow_wildcard_certificates",
        "*.corp.example, corp.example, sw, ok",
        "*.corp.example, corp.example, w, allow_subdomains",
        "*.corp.example, *.corp.example, w, ok",
        "*.a.corp.example, *.corp.example, w, allow_subdomains",
        "*.other.test, '', a, allow_wildcard_certificates",
        "localhost, corp.example, sbw, allow_localhost",
        "localhost, localhost, b, allow_localhost",
        "localhost, '', l, ok",
        "_sip.corp.example, corp.example, s, enforce_hostnames",
        "_sip.corp.example, corp.example, su, ok",
        "10.0.0.1, corp.example, a, allow_ip_sans",
        "10.0.0.1, '', i, ok",
        "192.0.2.1, '', ir, allowed_ip_sans_cidr",
        "10.0.0.1, '', ir, ok",
        "2001:db8::1, '', ir, ok",
        "2001:db9::1, '', ir, allowed_ip_sans_cidr",
        "ada@corp.example, '', a, ok",
        "ada@a.corp.example, corp.example, sba, allowed_email_domains",
        "ada@a.mail.example, '', '', ok",
        "ada@a.b.mail.example, '', '', allowed_email_domains",
        "ada@mail.example, '', '', allowed_email_domains",
        "spiffe://corp.example/ns/prod/sa/pay, '', '', ok",
        "spiffe://corp.example/ns/prod/sa/payroll, '', '', allowed_uri_sans",
        "spiffe://corp.example.evil.test/ns/prod/sa/pay, '', a, allowed_uri_sans",
        "https://corp.example/ns/prod/sa/pay, '', a, allowed_uri_sans",
        "spiffe://corp.example:1/ns/prod/sa/pay, '', a, allowed_uri_sans",
        "spiffe://corp.example/ns/../x/sa/pay, '', a, allowed_uri_sans",
        "spiffe://corp.example/ns/%2e%2e/sa/pay, '', a, allowed_uri_sans"
    })
    void name_isAllowedOrRefusedByItsRule(String name, String domains, String flags, String rule) {
        List<Violation> violations = RolePolicy.check(
                CertificateContents.ofTbs(named(name)),
                role(names(domains, flags), cn(false, false, true)),
                ROOT.view());
        if (rule.equals("ok")) {
            assertThat(violations).isEmpty();
        } else {
            assertThat(violations).hasSize(1);
            assertThat(violations.getFirst().rule()).isEqualTo(rule);
            assertThat(violations.getFirst().value()).isEqualTo(name);
            assertThat(violations.getFirst().message()).contains(name);
            assertThat(violations.getFirst().code()).isEqualTo(ErrorCode.NAME_NOT_ALLOWED);
        }
    }

    @Test
    void everyBadName_isNamed() {
        Role role = role(names(WIDE, "s"), cn(false, false, true));
        List<Violation> violations = RolePolicy.check(
                CertificateContents.ofTbs(named("a.corp.example", "a.evil.test", "10.0.0.1", "root@evil.test")),
                role,
                ROOT.view());
        assertThat(violations)
                .extracting(Violation::value)
                .containsExactly("a.evil.test", "10.0.0.1", "root@evil.test");
        assertThatThrownBy(() -> RolePolicy.refuseAny(violations))
                .isInstanceOfSatisfying(VaultException.class, refusal -> {
                    assertThat(refusal.code()).isEqualTo(ErrorCode.NAME_NOT_ALLOWED);
                    assertThat(refusal.details())
                            .containsEntry("rule", "allowed_domains")
                            .containsKey("violations");
                });
        RolePolicy.refuseAny(List.of());
    }

    @Test
    void manyNames_areTooMany() {
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            many.add("a" + i + ".corp.example");
        }
        assertThat(broken(named(many.toArray(String[]::new)), role(names(WIDE, "s"), cn(false, false, true))))
                .containsExactly("max_sans");
    }

    @Test
    void commonName_isHeldToItsRules() {
        AllowedNames wide = names(WIDE, "s");
        byte[] without = named("a.corp.example");
        byte[] among = certificate(
                "a.corp.example", Duration.ofHours(1), KeySpec.EC_P256, ExtendedKeyUsage.CLIENT_AUTH, "a.corp.example");
        byte[] beside = certificate(
                "b.corp.example", Duration.ofHours(1), KeySpec.EC_P256, ExtendedKeyUsage.CLIENT_AUTH, "a.corp.example");
        byte[] foreign = certificate(
                "b.evil.test", Duration.ofHours(1), KeySpec.EC_P256, ExtendedKeyUsage.CLIENT_AUTH, "a.corp.example");
        byte[] words = certificate(
                "Pay Service", Duration.ofHours(1), KeySpec.EC_P256, ExtendedKeyUsage.CLIENT_AUTH, "a.corp.example");

        assertThat(broken(without, role(wide))).containsExactly("require_cn");
        assertThat(broken(without, role(wide, cn(false, false, true)))).isEmpty();
        assertThat(broken(among, role(wide))).isEmpty();
        assertThat(broken(beside, role(wide))).containsExactly("exclude_cn_from_sans");
        assertThat(broken(beside, role(wide, cn(true, true, true)))).isEmpty();
        assertThat(broken(foreign, role(wide, cn(true, true, true)))).containsExactly("allowed_domains");
        assertThat(broken(words, role(wide, cn(true, true, true)))).containsExactly("validate_cn");
        assertThat(broken(words, role(wide, cn(true, true, false)))).isEmpty();
    }

    @Test
    void subjectOfARequest_isNotTheRoles() {
        byte[] tbs = ROOT.tbs(ROOT.draft(
                Subject.builder()
                        .organization("Evil")
                        .commonName("a.corp.example")
                        .build(),
                SubjectKey.of(TestIssuer.keys(KeySpec.EC_P256).getPublic()),
                SubjectAlternativeNames.parse(List.of("a.corp.example"), List.of()),
                CertificateProfile.EndEntity.of(ExtendedKeyUsage.CLIENT_AUTH),
                Duration.ofHours(1)));
        assertThat(broken(tbs, role(names(WIDE, "s")))).containsExactly("subject");
    }

    @ParameterizedTest(name = "{0} by {1} bits, PSS {2}: {3}")
    @CsvSource({
        "RSA_2048, 0, false, RSA_SHA256",
        "RSA_4096, 0, false, RSA_SHA512",
        "RSA_2048, 384, false, RSA_SHA384",
        "RSA_3072, 0, true, RSA_PSS_SHA256",
        "RSA_4096, 0, true, RSA_PSS_SHA512",
        "RSA_2048, 512, true, RSA_PSS_SHA512",
        "EC_P256, 256, false, ECDSA_SHA256",
        "EC_P256, 384, false, signature_bits",
        "EC_P384, 256, false, signature_bits",
        "EC_P384, 0, true, use_pss",
        "ED25519, 512, false, signature_bits",
        "ED25519, 0, true, use_pss",
        "ML_DSA_65, 256, false, signature_bits"
    })
    void signature_isOfTheRole_orRefusedByWhatDoesNotFitTheAuthority(
            KeySpec authority, int bits, boolean pss, String expected) {
        Role plain = role(names(WIDE, "s"), cn(false, false, true));
        Role role = signed(plain, new SignatureRule(bits, pss));
        TestIssuer root = authority == KeySpec.EC_P256 ? ROOT : TestIssuer.root(authority);
        TestIssuer issuer =
                new TestIssuer(role.signature().applied(root.view()), root.keys(), root.certificate(), List.of());
        byte[] tbs = issuer.tbs(issuer.draft(
                Subject.empty(),
                SubjectKey.of(TestIssuer.keys(KeySpec.EC_P256).getPublic()),
                SubjectAlternativeNames.parse(List.of("a.corp.example"), List.of()),
                CertificateProfile.EndEntity.of(ExtendedKeyUsage.CLIENT_AUTH),
                Duration.ofHours(1)));
        List<String> broken = RolePolicy.check(CertificateContents.ofTbs(tbs), role, issuer.view()).stream()
                .map(Violation::rule)
                .toList();
        assertThat(broken).isEqualTo(expected.contains("SHA") ? List.of() : List.of(expected));
        if (expected.contains("SHA")) {
            assertThat(issuer.view().scheme().name()).isEqualTo(expected);
            // What would be signed another way than the role says is refused, too.
            Role other = signed(plain, new SignatureRule(bits == 256 ? 384 : 256, !pss));
            assertThat(RolePolicy.check(CertificateContents.ofTbs(tbs), other, issuer.view()))
                    .hasSize(1);
        }
    }

    private static Role signed(Role plain, SignatureRule signature) {
        return new Role(
                plain.name(),
                plain.caId(),
                plain.names(),
                plain.lifetime(),
                plain.key(),
                plain.usage(),
                plain.subject(),
                signature,
                true,
                true,
                false,
                false,
                false,
                false,
                plain.maxCertificateBytes());
    }
}
