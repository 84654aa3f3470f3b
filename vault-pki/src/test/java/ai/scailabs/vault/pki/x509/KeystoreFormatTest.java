package ai.scailabs.vault.pki.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.pki.Peer;
import ai.scailabs.vault.pki.TestIssuer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whether others read what is written, and only with the password. */
class KeystoreFormatTest {
    private static final String PASSWORD = "correct horse & battery";

    private static TestIssuer root;
    private static TestIssuer issuer;

    @TempDir
    Path folder;

    @BeforeAll
    static void prepare() {
        root = TestIssuer.root(KeySpec.EC_P256);
        issuer = root.intermediate("Issuing", KeySpec.EC_P256, CertificateProfile.Authority.unbounded());
    }

    private Path written(KeystoreFormat format, KeyPair pair) throws IOException {
        byte[] leaf = issuer.issue(issuer.draft(
                Subject.commonName("pay.internal"),
                SubjectKey.of(pair.getPublic()),
                SubjectAlternativeNames.of(NameSyntax.dns("pay.internal")),
                CertificateProfile.EndEntity.of(ExtendedKeyUsage.SERVER_AUTH),
                Duration.ofDays(1)));
        List<byte[]> chain = List.of(leaf, issuer.certificate(), root.certificate());
        Path file = folder.resolve("store." + format.wireName());
        try (SensitiveBytes store =
                format.write(pair, "pay.internal", chain, PASSWORD.toCharArray(), TestIssuer.RANDOM)) {
            Files.write(file, store.expose());
        }
        return file;
    }

    private static String said(String... command) {
        Peer peer = Peer.run(command);
        assertThat(peer.exitCode()).as(peer.output()).isZero();
        return peer.output();
    }

    @ParameterizedTest
    @EnumSource(
            value = KeySpec.class,
            names = {"RSA_2048", "EC_P256", "EC_P384", "ED25519"})
    void pkcs12_isReadByOthers_andOnlyWithItsPassword(KeySpec spec) throws Exception {
        KeyPair pair = TestIssuer.keys(spec);
        String file = written(KeystoreFormat.PKCS12, pair).toString();
        String info = said("openssl", "pkcs12", "-in", file, "-passin", "pass:" + PASSWORD, "-info", "-nodes");
        assertThat(info)
                .contains("MAC: sha256, Iteration 100000")
                .contains("PBES2, PBKDF2, AES-256-CBC, Iteration 100000, PRF hmacWithSHA256")
                .contains("friendlyName: pay.internal");
        assertThat(info.split("BEGIN CERTIFICATE", -1)).hasSize(4);
        assertThat(said(
                        "sh",
                        "-c",
                        "openssl pkcs12 -in " + file + " -passin 'pass:" + PASSWORD
                                + "' -nodes -nocerts | openssl pkey -pubout -outform DER | openssl dgst -sha256 -r"))
                .startsWith(sha256(pair.getPublic().getEncoded()));
        assertThat(said("certtool", "--p12-info", "--inder", "--infile", file, "--password", PASSWORD))
                .contains("BEGIN CERTIFICATE");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(new ByteArrayInputStream(Files.readAllBytes(Path.of(file))), PASSWORD.toCharArray());
        assertThat(store.getKey("pay.internal", PASSWORD.toCharArray())).isEqualTo(pair.getPrivate());
        assertThat(store.getCertificateChain("pay.internal")).hasSize(3);
        assertThat(Peer.run("openssl", "pkcs12", "-in", file, "-passin", "pass:wrong-password", "-noout")
                        .exitCode())
                .isNotZero();
    }

    private static String sha256(byte[] bytes) throws Exception {
        return java.util.HexFormat.of()
                .formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    @Test
    void pkcs12_isReadByTheToolOfJava() throws Exception {
        String file =
                written(KeystoreFormat.PKCS12, TestIssuer.keys(KeySpec.EC_P256)).toString();
        assertThat(said("keytool", "-list", "-v", "-keystore", file, "-storepass", PASSWORD))
                .contains("Alias name: pay.internal", "Certificate chain length: 3");
    }

    @Test
    void jks_isReadByJava_andOnlyWithItsPassword() throws Exception {
        KeyPair pair = TestIssuer.keys(KeySpec.EC_P256);
        Path file = written(KeystoreFormat.JKS, pair);
        KeyStore store = KeyStore.getInstance("JKS");
        store.load(new ByteArrayInputStream(Files.readAllBytes(file)), PASSWORD.toCharArray());
        assertThat(store.getKey("pay.internal", PASSWORD.toCharArray())).isEqualTo(pair.getPrivate());
        assertThat(store.getCertificateChain("pay.internal")).hasSize(3);
        assertThat(said("keytool", "-list", "-keystore", file.toString(), "-storepass", PASSWORD))
                .contains("PrivateKeyEntry");
        assertThatThrownBy(() -> KeyStore.getInstance("JKS")
                        .load(new ByteArrayInputStream(Files.readAllBytes(file)), "wrong-password".toCharArray()))
                .isInstanceOf(IOException.class);
    }
}
