package ai.scailabs.vault.pki.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.pki.Peer;
import ai.scailabs.vault.pki.TestIssuer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SigningTest {
    private static final TestIssuer ROOT = TestIssuer.root(KeySpec.EC_P256);
    private static final CertificateSigner SIGNER = new CertificateSigner(JavaSignatures.ofTheRuntime());

    private static LintedCertificate linted(TestIssuer by) {
        return new CertificateLint()
                .lint(
                        by.draft(
                                Subject.commonName("a.corp.example"),
                                SubjectKey.of(TestIssuer.keys(KeySpec.EC_P256).getPublic()),
                                SubjectAlternativeNames.parse(List.of("a.corp.example"), List.of()),
                                CertificateProfile.EndEntity.of(ExtendedKeyUsage.SERVER_AUTH),
                                Duration.ofHours(1)),
                        by.view());
    }

    @Test
    void proofOfAnotherIssuer_signsNothing() {
        TestIssuer other = TestIssuer.root(KeySpec.ED25519);
        LintedCertificate proof = linted(ROOT);
        assertThatThrownBy(() -> SIGNER.sign(proof, other.view(), other.keys().getPrivate()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("another issuer");
        assertThat(SIGNER.sign(proof, ROOT.view(), ROOT.keys().getPrivate())).isNotEmpty();
    }

    @Test
    void keyOfAnotherIssuer_handsNothingOut() {
        KeyPair other = KeySpec.EC_P256.generate(TestIssuer.RANDOM);
        assertThatThrownBy(() -> SIGNER.sign(linted(ROOT), ROOT.view(), other.getPrivate()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("not the issuer's");
    }

    @Test
    void proof_isGoodForOneSignatureAmongMany() throws Exception {
        LintedCertificate proof = linted(ROOT);
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            Callable<Boolean> attempt = () -> {
                try {
                    return SIGNER.sign(proof, ROOT.view(), ROOT.keys().getPrivate()).length > 0;
                } catch (IllegalStateException redeemed) {
                    return false;
                }
            };
            List<Callable<Boolean>> attempts = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                attempts.add(attempt);
            }
            int signed = 0;
            for (Future<Boolean> each : threads.invokeAll(attempts)) {
                signed += each.get() ? 1 : 0;
            }
            assertThat(signed).isOne();
        }
    }

    @Test
    void refusal_namesRuleSectionAndValue() {
        assertThatThrownBy(() -> ROOT.issue(ROOT.draft(
                        Subject.commonName("b.corp.example"),
                        SubjectKey.of(TestIssuer.keys(KeySpec.EC_P256).getPublic()),
                        SubjectAlternativeNames.parse(List.of("a.corp.example"), List.of()),
                        CertificateProfile.EndEntity.of(ExtendedKeyUsage.SERVER_AUTH),
                        Duration.ofHours(1))))
                .isInstanceOfSatisfying(
                        VaultException.class,
                        refusal -> assertThat(refusal.details())
                                .containsEntry("rule", "host_in_cn_only")
                                .containsEntry("section", "RFC 9525 §2")
                                .containsEntry("value", "b.corp.example"));
    }

    /** What one signs the other verifies, so that who computes can be changed under a running authority. */
    @ParameterizedTest
    @EnumSource(SignatureScheme.class)
    void nativeAndRuntimeSignatures_verifyEachOther(SignatureScheme scheme) throws Exception {
        KeySpec spec = scheme.name().startsWith("RSA")
                ? KeySpec.RSA_2048
                : switch (scheme) {
                    case ECDSA_SHA256 -> KeySpec.EC_P256;
                    case ECDSA_SHA384 -> KeySpec.EC_P384;
                    case ED25519 -> KeySpec.ED25519;
                    default -> KeySpec.ML_DSA_65;
                };
        KeyPair keys = TestIssuer.keys(spec);
        byte[] message = "to be signed".getBytes(StandardCharsets.UTF_8);
        JavaSignatures fast = JavaSignatures.fastest();
        JavaSignatures runtime = JavaSignatures.ofTheRuntime();
        assertThat(runtime.verify(scheme, keys.getPublic(), message, fast.sign(scheme, keys.getPrivate(), message)))
                .isTrue();
        byte[] signature = runtime.sign(scheme, keys.getPrivate(), message);
        assertThat(fast.verify(scheme, keys.getPublic(), message, signature)).isTrue();
        signature[signature.length / 2] ^= 1;
        assertThat(fast.verify(scheme, keys.getPublic(), message, signature)).isFalse();
        assertThat(fast.verify(scheme, keys.getPublic(), message, new byte[3])).isFalse();
    }

    @ParameterizedTest
    @EnumSource(value = KeySpec.class, names = "ML_DSA_65", mode = EnumSource.Mode.EXCLUDE)
    void privateKeys_areReadByOpenssl(KeySpec spec, @TempDir Path folder) throws Exception {
        KeyPair pair = TestIssuer.keys(spec);
        for (PrivateKeyFormat format : PrivateKeyFormat.values()) {
            Path file = folder.resolve(format + ".pem");
            try (SensitiveBytes pem = format.pem(pair)) {
                Files.write(file, pem.expose());
            }
            String head = Files.readAllLines(file).getFirst();
            assertThat(head).isEqualTo(expectedHead(spec, format));
            Peer read = Peer.run("openssl", "pkey", "-in", file.toString(), "-pubout");
            assertThat(read.output())
                    .isEqualTo(Pem.write("PUBLIC KEY", pair.getPublic().getEncoded()));
        }
        try (SensitiveBytes der = PrivateKeyFormat.PKCS8.der(pair)) {
            assertThat(PrivateKeyFormat.read(der.expose(), spec)).isEqualTo(pair.getPrivate());
        }
    }

    private static String expectedHead(KeySpec spec, PrivateKeyFormat format) {
        String kind = format == PrivateKeyFormat.PKCS8 || spec == KeySpec.ED25519 ? "" : spec.isRsa() ? "RSA " : "EC ";
        return "-----BEGIN " + kind + "PRIVATE KEY-----";
    }

    @Test
    void madeKeys_areOfTheirKind() {
        for (KeySpec spec :
                List.of(KeySpec.RSA_2048, KeySpec.EC_P256, KeySpec.EC_P384, KeySpec.ED25519, KeySpec.ML_DSA_65)) {
            assertThat(SubjectKey.of(spec.generate(TestIssuer.RANDOM).getPublic())
                            .spec())
                    .isEqualTo(spec);
        }
        assertThat(KeySpec.of("rsa", 1024)).isEmpty();
        assertThat(KeySpec.of("dsa", null)).isEmpty();
        assertThat(KeySpec.of("ec", null)).contains(KeySpec.EC_P256);
        assertThat(KeySpec.of("rsa", 4096)).contains(KeySpec.RSA_4096);
    }
}
