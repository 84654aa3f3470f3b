package ai.scailabs.vault.pki.profile;

import static ai.scailabs.vault.pki.TestIssuer.NOW;
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
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How long, with which key, for what, and within which authorities. */
class RoleBoundsTest {
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
        List<Violation> violations = RolePolicy.check(CertificateContents.ofTbs(longer), role, ROOT.view());
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
        assertThat(RolePolicy.check(CertificateContents.ofTbs(asLong), role, ending))
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
        assertThat(RolePolicy.check(CertificateContents.ofTbs(tbs), plain, endless))
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
                SignatureRule.DEFAULT,
                true,
                true,
                false,
                false,
                false,
                false,
                plain.maxCertificateBytes());
        assertThat(RolePolicy.check(CertificateContents.ofTbs(tbs), allowing, endless))
                .isEmpty();
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
        List<Violation> violations =
                RolePolicy.check(CertificateContents.ofTbs(named("a.other.test")), role, below.view());
        assertThat(violations).extracting(Violation::rule).containsExactly("name_constraints");
        assertThat(violations.getFirst().value()).contains("a.other.test");
        assertThat(RolePolicy.check(CertificateContents.ofTbs(named("a.corp.example")), role, below.view()))
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
        assertThat(RolePolicy.check(CertificateContents.ofTbs(named("*.corp.example")), role, top.view()))
                .hasSize(1);
        assertThat(RolePolicy.check(CertificateContents.ofTbs(named("a.secret.corp.example")), role, top.view()))
                .hasSize(1);
        assertThat(RolePolicy.check(CertificateContents.ofTbs(named("*.b.corp.example")), role, top.view()))
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
