package ai.scailabs.vault.pki.profile;

import static ai.scailabs.vault.pki.TestIssuer.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.TestIssuer;
import ai.scailabs.vault.pki.x509.CertificateDraft;
import ai.scailabs.vault.pki.x509.CertificateProfile;
import ai.scailabs.vault.pki.x509.ExtendedKeyUsage;
import ai.scailabs.vault.pki.x509.IssuerView;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.NameConstraints;
import ai.scailabs.vault.pki.x509.SerialNumber;
import ai.scailabs.vault.pki.x509.Subject;
import ai.scailabs.vault.pki.x509.SubjectAlternativeNames;
import ai.scailabs.vault.pki.x509.SubjectKey;
import ai.scailabs.vault.pki.x509.Validity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RolePolicyTest {
    private static final TestIssuer ROOT = TestIssuer.root(KeySpec.EC_P256);
    private static final String WIDE = "corp.example *.svc.cluster.local";

    /** What of the flags is set: s(ubdomains) b(are) w(ildcards) a(ny) l(ocalhost) u(nderscores) i(p). */
    private static AllowedNames names(String domains, String flags) {
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

    private static Role role(AllowedNames names) {
        return role(names, SubjectRule.DEFAULT);
    }

    private static Role role(AllowedNames names, SubjectRule subject) {
        Role plain = Role.of("svc", "ca_1", names);
        return new Role(
                plain.name(),
                plain.caId(),
                names,
                Lifetime.upTo(Duration.ofHours(720)),
                plain.key(),
                plain.usage(),
                subject,
                true,
                true,
                false,
                false,
                false,
                plain.maxCertificateBytes());
    }

    private static SubjectRule cn(boolean require, boolean exclude, boolean validate) {
        return new SubjectRule(
                List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), require, exclude,
                validate);
    }

    private static byte[] certificate(
            String commonName, Duration ttl, KeySpec key, ExtendedKeyUsage usage, String... names) {
        return ROOT.tbs(ROOT.draft(
                commonName.isEmpty() ? Subject.empty() : Subject.commonName(commonName),
                SubjectKey.of(TestIssuer.keys(key).getPublic()),
                SubjectAlternativeNames.parse(List.of(names), List.of()),
                CertificateProfile.EndEntity.of(usage),
                ttl));
    }

    private static byte[] named(String... names) {
        return certificate("", Duration.ofHours(1), KeySpec.EC_P256, ExtendedKeyUsage.CLIENT_AUTH, names);
    }

    private static List<String> broken(byte[] tbs, Role role) {
        return RolePolicy.check(tbs, role, ROOT.view()).stream()
                .map(Violation::rule)
                .toList();
    }

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
        List<Violation> violations =
                RolePolicy.check(named(name), role(names(domains, flags), cn(false, false, true)), ROOT.view());
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
                named("a.corp.example", "a.evil.test", "10.0.0.1", "root@evil.test"), role, ROOT.view());
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

    @Test
    void lifetime_isBoundByTheRoleAndTheIssuer() {
        Role role = role(names(WIDE, "s"), cn(false, false, true));
        byte[] asLong =
                certificate("", Duration.ofHours(720), KeySpec.EC_P256, ExtendedKeyUsage.CLIENT_AUTH, "a.corp.example");
        byte[] longer = certificate(
                "",
                Duration.ofHours(720).plusSeconds(1),
                KeySpec.EC_P256,
                ExtendedKeyUsage.CLIENT_AUTH,
                "a.corp.example");
        assertThat(broken(asLong, role)).isEmpty();
        List<Violation> violations = RolePolicy.check(longer, role, ROOT.view());
        assertThat(violations).extracting(Violation::rule).containsExactly("max_ttl");
        assertThatThrownBy(() -> RolePolicy.refuseAny(violations))
                .isInstanceOfSatisfying(VaultException.class, refusal -> {
                    assertThat(refusal.code()).isEqualTo(ErrorCode.TTL_EXCEEDED);
                    assertThat(refusal.details()).containsEntry("max_ttl", "720h");
                });

        IssuerView v = ROOT.view();
        IssuerView ending = new IssuerView(
                v.subject(),
                v.key(),
                v.keyIdentifier(),
                new Validity(v.validity().notBefore(), NOW.plusSeconds(60)),
                v.pathLength(),
                v.constraints(),
                v.usages(),
                v.mayCertify(),
                v.mayRevoke(),
                v.scheme());
        assertThat(RolePolicy.check(asLong, role, ending))
                .extracting(Violation::rule)
                .containsExactly("issuer_validity");
    }

    @Test
    void endlessCertificate_takesARoleThatSaysSo() {
        IssuerView v = ROOT.view();
        IssuerView endless = new IssuerView(
                v.subject(),
                v.key(),
                v.keyIdentifier(),
                new Validity(NOW, Validity.NO_EXPIRY),
                v.pathLength(),
                v.constraints(),
                v.usages(),
                v.mayCertify(),
                v.mayRevoke(),
                v.scheme());
        byte[] tbs = new TestIssuer(endless, ROOT.keys(), ROOT.certificate(), List.of())
                .tbs(new CertificateDraft(
                        SerialNumber.random(TestIssuer.RANDOM),
                        Subject.empty(),
                        SubjectKey.of(TestIssuer.keys(KeySpec.EC_P256).getPublic()),
                        new Validity(NOW, Validity.NO_EXPIRY),
                        SubjectAlternativeNames.parse(List.of("a.corp.example"), List.of()),
                        CertificateProfile.EndEntity.of(ExtendedKeyUsage.CLIENT_AUTH),
                        TestIssuer.ENDPOINTS));
        Role plain = role(names(WIDE, "s"), cn(false, false, true));
        assertThat(RolePolicy.check(tbs, plain, endless))
                .extracting(Violation::rule)
                .containsExactly("allow_no_expiry");
        Role allowing = new Role(
                plain.name(),
                plain.caId(),
                plain.names(),
                new Lifetime(Duration.ofHours(1), Duration.ofHours(1), Duration.ofSeconds(30), false, true, true),
                plain.key(),
                plain.usage(),
                plain.subject(),
                true,
                true,
                false,
                false,
                false,
                plain.maxCertificateBytes());
        assertThat(RolePolicy.check(tbs, allowing, endless)).isEmpty();
    }

    @Test
    void keyUsageAndSize_areTheRoles() {
        Role role = role(names(WIDE, "s"), cn(false, false, true));
        assertThat(broken(
                        certificate(
                                "",
                                Duration.ofHours(1),
                                KeySpec.EC_P384,
                                ExtendedKeyUsage.CLIENT_AUTH,
                                "a.corp.example"),
                        role))
                .containsExactly("key_type");
        assertThat(broken(
                        certificate(
                                "",
                                Duration.ofHours(1),
                                KeySpec.ED25519,
                                ExtendedKeyUsage.CLIENT_AUTH,
                                "a.corp.example"),
                        role))
                .containsExactly("key_type");
        assertThat(broken(
                        certificate(
                                "",
                                Duration.ofHours(1),
                                KeySpec.EC_P256,
                                ExtendedKeyUsage.CODE_SIGNING,
                                "a.corp.example"),
                        role))
                .containsExactly("ext_key_usage");
        assertThat(KeyRule.of("any", null).orElseThrow().allows(KeySpec.ML_DSA_65))
                .isTrue();
        assertThat(KeyRule.of("rsa", 0).orElseThrow().preferred()).isEqualTo(KeySpec.RSA_2048);
        assertThat(KeyRule.of("rsa", 1024)).isEmpty();
        assertThat(KeyRule.of("any", 256)).isEmpty();
    }

    @Test
    void constraintsOfEveryAuthorityAbove_hold() {
        NameConstraints corp = new NameConstraints(
                List.of("corp.example"), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
        TestIssuer top =
                TestIssuer.root(KeySpec.EC_P256, new CertificateProfile.Authority(OptionalInt.empty(), corp, Set.of()));
        TestIssuer below =
                top.intermediate("Unbounded itself", KeySpec.EC_P256, CertificateProfile.Authority.unbounded());
        Role role = role(names("", "aw"), cn(false, false, true));
        List<Violation> violations = RolePolicy.check(named("a.other.test"), role, below.view());
        assertThat(violations).extracting(Violation::rule).containsExactly("name_constraints");
        assertThat(violations.getFirst().value()).contains("a.other.test");
        assertThat(RolePolicy.check(named("a.corp.example"), role, below.view()))
                .isEmpty();
    }

    @Test
    void wildcardOverAnExcludedHost_isRefused() {
        NameConstraints without = new NameConstraints(
                List.of(),
                List.of("secret.corp.example"),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of());
        TestIssuer top = TestIssuer.root(
                KeySpec.EC_P256, new CertificateProfile.Authority(OptionalInt.empty(), without, Set.of()));
        Role role = role(names("", "aw"), cn(false, false, true));
        assertThat(RolePolicy.check(named("*.corp.example"), role, top.view())).hasSize(1);
        assertThat(RolePolicy.check(named("a.secret.corp.example"), role, top.view()))
                .hasSize(1);
        assertThat(RolePolicy.check(named("*.b.corp.example"), role, top.view()))
                .isEmpty();
    }

    @Test
    void authority_isNoRolesToMake() {
        byte[] tbs = ROOT.tbs(ROOT.draft(
                Subject.commonName("Below"),
                SubjectKey.of(TestIssuer.keys(KeySpec.EC_P256).getPublic()),
                SubjectAlternativeNames.NONE,
                CertificateProfile.Authority.unbounded(),
                Duration.ofHours(1)));
        assertThat(broken(tbs, role(names("", "a")))).contains("authority");
    }
}
