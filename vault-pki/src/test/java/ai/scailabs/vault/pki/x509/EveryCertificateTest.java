package ai.scailabs.vault.pki.x509;

import static ai.scailabs.vault.pki.TestIssuer.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import ai.scailabs.vault.pki.Peer;
import ai.scailabs.vault.pki.TestIssuer;
import ai.scailabs.vault.testkit.RepositoryFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** zlint, OpenSSL, GnuTLS and the JDK on a root, an intermediate and leaves of every kind, in every kind of key. */
class EveryCertificateTest {
    private static final String SOURCES = "RFC5280,RFC5480,RFC5891,RFC8813,Community";
    /** The lints of RFC 3279: this zlint has them and refuses the name of their source. */
    private static final String RFC_3279 =
            "e_rsa_allowed_ku_ca,e_rsa_allowed_ku_ee,e_rsa_allowed_ku_no_encipherment_ca";

    private static final Pattern RESULT = Pattern.compile("\"([a-z0-9_]+)\":\\{\"result\":\"(error|fatal|warn)\"");

    /** A root has no authority key identifier. zlint sees that it is a root by verifying its signature, and cannot verify one of ML-DSA. */
    private static final Set<String> NOT_SEEN_AS_ROOT = Set.of("e_ext_authority_key_identifier_no_key_identifier");

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(KeySpec.class)
    void everyKindOfCertificate_isAcceptedByOthers(KeySpec spec) throws Exception {
        TestIssuer root = TestIssuer.root(spec);
        TestIssuer intermediate = root.intermediate("Acme Issuing " + spec, spec, boundedAuthority());
        Map<String, byte[]> leaves = leaves(intermediate, spec);

        Map<String, byte[]> all = new LinkedHashMap<>(leaves);
        all.put("root", root.certificate());
        all.put("intermediate", intermediate.certificate());
        for (Map.Entry<String, byte[]> each : all.entrySet()) {
            write(each.getKey(), each.getValue());
        }
        lintedByOthers(spec, List.copyOf(all.keySet()), "-includeSources", SOURCES);
        lintedByOthers(spec, List.copyOf(all.keySet()), "-includeNames", RFC_3279);
        for (Map.Entry<String, byte[]> leaf : leaves.entrySet()) {
            verifiedByTheJdk(leaf.getKey(), root.certificate(), intermediate.certificate(), leaf.getValue());
            if (spec.isExperimental()) {
                // OpenSSL before 3.5 and this GnuTLS do not know ML-DSA: what they say is that, not that the
                // certificate is wrong.
                assertThat(openssl("any", leaf.getKey()).output()).contains("unable to");
            } else {
                verifiedByOpenssl(leaf.getKey());
                verifiedByGnutls(leaf.getKey());
                verifiedByNss(spec, leaf.getKey());
            }
        }
    }

    /** By RSA, which alone leaves a choice. */
    @ParameterizedTest
    @EnumSource(value = SignatureScheme.class, names = "RSA_.*", mode = EnumSource.Mode.MATCH_ALL)
    void everyWayToSign_isAcceptedByOthers(SignatureScheme scheme) throws Exception {
        TestIssuer root = TestIssuer.root(KeySpec.RSA_2048);
        TestIssuer intermediate =
                root.intermediate("Acme Issuing " + scheme, KeySpec.RSA_2048, CertificateProfile.Authority.unbounded());
        TestIssuer choosing = intermediate.signingBy(scheme);
        SubjectKey key = SubjectKey.of(TestIssuer.keys(KeySpec.EC_P256).getPublic());
        byte[] leaf = choosing.issue(choosing.draft(
                Subject.commonName("a.corp.example"),
                key,
                SubjectAlternativeNames.parse(List.of("a.corp.example"), List.of()),
                CertificateProfile.EndEntity.of(ExtendedKeyUsage.SERVER_AUTH),
                Duration.ofDays(90)));
        write("root", root.certificate());
        write("intermediate", intermediate.certificate());
        write("server", leaf);
        // Mozilla's, byte for byte how RSASSA-PSS is written.
        lintedByOthers(KeySpec.RSA_2048, List.of("server"), "-includeSources", SOURCES);
        lintedByOthers(
                KeySpec.RSA_2048,
                List.of("server"),
                "-includeNames",
                "e_mp_rsassa-pss_parameters_encoding_in_signature_algorithm_correct,e_sub_cert_or_sub_ca_using_sha1");
        verifiedByTheJdk("server", root.certificate(), intermediate.certificate(), leaf);
        verifiedByOpenssl("server");
        verifiedByGnutls("server");
        verifiedByNss(KeySpec.RSA_2048, "server");
        assertThat(PresentedCertificate.parse(Pem.write(Pem.CERTIFICATE, leaf))
                        .orElseThrow()
                        .isSignedBy(intermediate.view(), JavaSignatures.ofTheRuntime()))
                .isTrue();
    }

    private static CertificateProfile.Authority boundedAuthority() {
        return new CertificateProfile.Authority(
                OptionalInt.of(0),
                new NameConstraints(
                        List.of("corp.example"),
                        List.of("secret.corp.example"),
                        List.of("10.0.0.0/8", "2001:db8::/32"),
                        List.of("10.9.0.0/16"),
                        List.of("corp.example", ".corp.example"),
                        List.of("root@corp.example"),
                        List.of("corp.example", ".corp.example"),
                        List.of("secret.corp.example")),
                Set.of());
    }

    private static Map<String, byte[]> leaves(TestIssuer by, KeySpec spec) {
        SubjectKey key = SubjectKey.of(TestIssuer.keys(spec).getPublic());
        SubjectAlternativeNames server = SubjectAlternativeNames.parse(
                List.of("a.corp.example", "*.web.corp.example", "bücher.corp.example"),
                List.of("10.1.2.3", "2001:db8::1"));
        Map<String, byte[]> leaves = new LinkedHashMap<>();
        leaves.put(
                "server",
                by.issue(by.draft(
                        Subject.commonName("a.corp.example"),
                        key,
                        server,
                        CertificateProfile.EndEntity.of(ExtendedKeyUsage.SERVER_AUTH, ExtendedKeyUsage.CLIENT_AUTH),
                        Duration.ofDays(90))));
        leaves.put(
                "no-subject",
                by.issue(by.draft(
                        Subject.empty(),
                        key,
                        server,
                        CertificateProfile.EndEntity.of(ExtendedKeyUsage.SERVER_AUTH),
                        Duration.ofHours(1))));
        leaves.put(
                "person",
                by.issue(by.draft(
                        Subject.builder()
                                .country("NL")
                                .organization("Acme")
                                .commonName("Ada Lovelace")
                                .build(),
                        key,
                        SubjectAlternativeNames.parse(List.of("ada@corp.example"), List.of()),
                        CertificateProfile.EndEntity.of(
                                ExtendedKeyUsage.CLIENT_AUTH, ExtendedKeyUsage.EMAIL_PROTECTION),
                        Duration.ofDays(365))));
        leaves.put(
                "workload",
                by.issue(by.draft(
                        Subject.empty(),
                        key,
                        SubjectAlternativeNames.parse(List.of("spiffe://corp.example/pay"), List.of()),
                        new CertificateProfile.EndEntity(
                                Set.of(ExtendedKeyUsage.CLIENT_AUTH),
                                true,
                                List.of("1.3.6.1.4.1.55555.1"),
                                true,
                                false),
                        Duration.ofHours(1))));
        leaves.put("unrevocable", by.issue(unrevocable(by, key, server)));
        leaves.put(
                "responder",
                by.issue(by.draft(
                        Subject.commonName("Acme OCSP responder"),
                        key,
                        SubjectAlternativeNames.NONE,
                        new CertificateProfile.OcspResponder(),
                        Duration.ofDays(7))));
        leaves.put(
                "stamps",
                by.issue(by.draft(
                        Subject.commonName("Acme time stamps"),
                        key,
                        SubjectAlternativeNames.parse(List.of("time.corp.example"), List.of()),
                        CertificateProfile.EndEntity.of(ExtendedKeyUsage.TIME_STAMPING),
                        Duration.ofDays(30))));
        return leaves;
    }

    private static CertificateDraft unrevocable(TestIssuer by, SubjectKey key, SubjectAlternativeNames names) {
        return new CertificateDraft(
                SerialNumber.random(TestIssuer.RANDOM),
                Subject.empty(),
                key,
                Validity.from(NOW, Duration.ofSeconds(30), Duration.ofHours(1)),
                names,
                new CertificateProfile.EndEntity(Set.of(ExtendedKeyUsage.SERVER_AUTH), false, List.of(), false, true),
                new CertificateEndpoints(TestIssuer.ENDPOINTS.caIssuers(), List.of(), List.of()));
    }

    private void lintedByOthers(KeySpec spec, List<String> names, String option, String lints) {
        List<String> command = new ArrayList<>(
                List.of(RepositoryFiles.root().resolve(".peers/zlint/bin/zlint").toString(), option, lints));
        names.forEach(name -> command.add(path(name).toString()));
        Peer zlint = Peer.run(command);
        assertThat(zlint.exitCode()).as(zlint.output()).isZero();
        List<String> results = zlint.output().lines().toList();
        assertThat(results).hasSameSizeAs(names);
        for (int i = 0; i < names.size(); i++) {
            boolean unseen = spec.isExperimental() && names.get(i).equals("root");
            Set<String> found = RESULT.matcher(results.get(i))
                    .results()
                    .map(result -> result.group(1))
                    .collect(Collectors.toSet());
            assertThat(found).as(names.get(i)).isSubsetOf(unseen ? NOT_SEEN_AS_ROOT : Set.of());
        }
    }

    private static void verifiedByTheJdk(String name, byte[] root, byte[] intermediate, byte[] leaf) throws Exception {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        X509Certificate top = (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(root));
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(top, null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(NOW));
        CertPath path = factory.generateCertPath(List.of(
                factory.generateCertificate(new ByteArrayInputStream(leaf)),
                factory.generateCertificate(new ByteArrayInputStream(intermediate))));
        assertThatCode(() -> CertPathValidator.getInstance("PKIX").validate(path, parameters))
                .as(name)
                .doesNotThrowAnyException();
    }

    private Peer openssl(String purpose, String leaf) {
        return Peer.run(
                "openssl",
                "verify",
                "-x509_strict",
                "-CAfile",
                path("root").toString(),
                "-untrusted",
                path("intermediate").toString(),
                "-purpose",
                purpose,
                path(leaf).toString());
    }

    private void verifiedByOpenssl(String leaf) {
        String purpose = switch (leaf) {
            case "server", "no-subject", "unrevocable" -> "sslserver";
            case "person" -> "smimesign";
            case "workload" -> "sslclient";
            case "responder" -> "ocsphelper";
            case "stamps" -> "timestampsign";
            default -> throw new IllegalArgumentException(leaf);
        };
        Peer verified = openssl(purpose, leaf);
        assertThat(verified.output()).as(leaf).endsWith(": OK\n");
        assertThat(verified.exitCode()).isZero();
    }

    private void verifiedByGnutls(String leaf) throws IOException {
        Path chain = folder.resolve(leaf + "-chain.pem");
        Files.writeString(chain, Files.readString(path(leaf)) + Files.readString(path("intermediate")));
        Peer verified = Peer.run(
                "certtool", "--verify", "--load-ca-certificate", path("root").toString(), "--infile", chain.toString());
        if (leaf.equals("workload")) {
            // GnuTLS evaluates no constraints of URIs and so takes no URI below one.
            assertThat(verified.output()).contains("violates the signer's constraints");
            return;
        }
        assertThat(verified.output()).as(leaf).contains("The certificate is trusted");
        assertThat(verified.exitCode()).as(leaf + ": " + verified.output()).isZero();
    }

    private void verifiedByNss(KeySpec spec, String leaf) {
        String usage = switch (leaf) {
            case "server", "no-subject", "unrevocable" -> "1";
            case "person" -> "4";
            case "workload" -> "0";
            case "responder" -> "10";
            default -> "";
        };
        if (usage.isEmpty()) {
            // It has no word for time stamps.
            return;
        }
        Peer verified = Peer.run(
                "vfychain",
                "-pp",
                "-u",
                usage,
                "-a",
                path(leaf).toString(),
                "-a",
                path("intermediate").toString(),
                "-t",
                "-a",
                path("root").toString());
        if (spec == KeySpec.ED25519) {
            // This NSS knows no Ed25519.
            assertThat(verified.output()).as(leaf).contains("Chain is bad");
            return;
        }
        if (spec.isRsa() && leaf.equals("unrevocable")) {
            // It asks an RSA server for keyEncipherment, which roles give unless they say otherwise, and this one has
            // not.
            assertThat(verified.output()).as(leaf).contains("ERROR -8102");
            return;
        }
        assertThat(verified.output()).as(leaf).contains("Chain is good!");
        assertThat(verified.exitCode()).as(leaf + ": " + verified.output()).isZero();
    }

    private Path write(String name, byte[] der) throws IOException {
        return Files.writeString(path(name), Pem.write(Pem.CERTIFICATE, der));
    }

    private Path path(String name) {
        return folder.resolve(name + ".pem");
    }
}
