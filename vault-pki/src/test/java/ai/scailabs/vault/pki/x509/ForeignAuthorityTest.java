package ai.scailabs.vault.pki.x509;

import static ai.scailabs.vault.pki.TestIssuer.RANDOM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.Peer;
import ai.scailabs.vault.pki.TestIssuer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Authorities that were not made here: their names, key identifiers and bounds are kept as they are. */
class ForeignAuthorityTest {
    @TempDir
    Path folder;

    /** Made by OpenSSL: a name in PrintableString and T61String whose common name comes first, and a key identifier by SHA-1. */
    private TestIssuer foreign(String... extensions) throws Exception {
        Path config = Files.writeString(folder.resolve("ca.cnf"), """
                [req]
                distinguished_name = name
                string_mask = default
                prompt = no
                x509_extensions = ca
                [name]
                CN = Corp Root (old)
                O = K\\C3\\B6rp
                C = NL
                [ca]
                subjectKeyIdentifier = hash
                basicConstraints = critical,CA:TRUE
                keyUsage = critical,keyCertSign,cRLSign
                """ + String.join("\n", extensions) + "\n");
        Path key = folder.resolve("ca.key");
        Path certificate = folder.resolve("ca.pem");
        Peer made = Peer.run(
                "openssl",
                "req",
                "-x509",
                "-new",
                "-nodes",
                "-utf8",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-days",
                "3650",
                "-config",
                config.toString(),
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString());
        assertThat(made.exitCode()).as(made.output()).isZero();
        byte[] der = block(certificate);
        byte[] pkcs8 = PrivateKeyInfo.getInstance(block(key)).getEncoded();
        IssuerView view = Issuers.of(der, List.of(), SignatureScheme.ECDSA_SHA256);
        return new TestIssuer(
                view,
                new KeyPair(view.key().publicKey(), PrivateKeyFormat.read(pkcs8, KeySpec.EC_P256)),
                der,
                List.of());
    }

    private static byte[] block(Path file) throws Exception {
        return Pem.read(Files.readString(file), 100_000, 1)
                .orElseThrow()
                .getFirst()
                .content();
    }

    private static CertificateDraft leaf(TestIssuer by, String name) {
        CertificateDraft draft = by.draft(
                Subject.commonName(name),
                SubjectKey.of(KeySpec.EC_P256.generate(RANDOM).getPublic()),
                SubjectAlternativeNames.parse(List.of(name), List.of()),
                CertificateProfile.EndEntity.of(ExtendedKeyUsage.SERVER_AUTH),
                Duration.ofDays(1));
        // It was made a moment ago by a clock that was not late.
        return new CertificateDraft(
                draft.serial(),
                draft.subject(),
                draft.key(),
                new Validity(by.view().validity().notBefore(), draft.validity().notAfter()),
                draft.names(),
                draft.profile(),
                draft.endpoints());
    }

    @Test
    void nameAndKeyIdentifier_areCopiedAsTheyAre() throws Exception {
        TestIssuer foreign = foreign();
        assertThat(foreign.view().keyIdentifierOctets())
                .isNotEqualTo(foreign.view().key().keyIdentifier());
        byte[] issued = foreign.issue(leaf(foreign, "a.corp.example"));
        assertThat(indexOf(issued, foreign.view().subject().encoded())).isPositive();
        Path certificate = Files.writeString(folder.resolve("leaf.pem"), Pem.write(Pem.CERTIFICATE, issued));
        Peer verified = Peer.run(
                "openssl",
                "verify",
                "-x509_strict",
                "-CAfile",
                folder.resolve("ca.pem").toString(),
                "-purpose",
                "sslserver",
                "-verify_hostname",
                "a.corp.example",
                certificate.toString());
        assertThat(verified.output()).endsWith(": OK\n");
    }

    /** Under such a name everything that it signs would be unreadable for others. */
    @Test
    void nameThatIsNoText_isNoAuthoritys() throws Exception {
        byte[] der = foreign().certificate();
        assertThat(AuthorityContents.of(der).orElseThrow().problem()).isNull();
        byte[] name = "Corp Root (old)".getBytes(StandardCharsets.US_ASCII);
        for (byte other : new byte[] {0, '@'}) {
            byte[] changed = der.clone();
            changed[lastIndexOf(changed, name)] = other;
            assertThat(AuthorityContents.of(changed).orElseThrow().problem()).contains("no text");
        }
        byte[] changed = der.clone();
        int at = lastIndexOf(changed, name);
        // A UTF8String, of an octet that is in none.
        changed[at - 2] = 12;
        changed[at] = (byte) 0xff;
        assertThat(AuthorityContents.of(changed).orElseThrow().problem()).contains("no text");
    }

    /** The subject comes after the issuer. */
    private static int lastIndexOf(byte[] whole, byte[] part) {
        int first = indexOf(whole, part);
        return first + 1 + indexOf(Arrays.copyOfRange(whole, first + 1, whole.length), part);
    }

    private static int indexOf(byte[] whole, byte[] part) {
        for (int at = 0; at + part.length <= whole.length; at++) {
            if (Arrays.equals(whole, at, at + part.length, part, 0, part.length)) {
                return at;
            }
        }
        return -1;
    }

    @Test
    void constraintsOfKindsThatAreNotMadeHere_areHeld() throws Exception {
        TestIssuer foreign = foreign(
                "nameConstraints = critical,permitted;dirName:dn,excluded;DNS:secret.corp.example", "[dn]", "O = Acme");
        assertThatThrownBy(() -> foreign.issue(leaf(foreign, "a.corp.example")))
                .isInstanceOfSatisfying(
                        VaultException.class,
                        refusal -> assertThat(refusal.details()).containsEntry("rule", "names_within_constraints"));
        assertThatThrownBy(() -> foreign.issue(leaf(foreign, "x.secret.corp.example")))
                .isInstanceOf(VaultException.class)
                .hasMessageContaining("excluded");
    }

    @Test
    void authorityBelowPathLengthOfZero_isRefused_andALeafIsNot() throws Exception {
        TestIssuer root = TestIssuer.root(KeySpec.EC_P256);
        TestIssuer last = root.intermediate(
                "Last",
                KeySpec.EC_P256,
                new CertificateProfile.Authority(OptionalInt.of(0), NameConstraints.NONE, Set.of()));
        assertThatThrownBy(
                        () -> last.intermediate("One more", KeySpec.EC_P256, CertificateProfile.Authority.unbounded()))
                .isInstanceOfSatisfying(
                        VaultException.class,
                        refusal -> assertThat(refusal.details()).containsEntry("rule", "path_length"));
        assertThat(last.issue(leaf(last, "a.corp.example"))).isNotEmpty();
    }

    @Test
    void unsaidPathLength_isOneLessWithEachAuthority() {
        TestIssuer root = TestIssuer.root(
                KeySpec.EC_P256, new CertificateProfile.Authority(OptionalInt.of(2), NameConstraints.NONE, Set.of()));
        TestIssuer first = root.intermediate("First", KeySpec.EC_P256, CertificateProfile.Authority.unbounded());
        assertThat(first.view().pathLength()).hasValue(1);
    }

    @Test
    void leafOrNoise_isNoIssuer() {
        TestIssuer root = TestIssuer.root(KeySpec.EC_P256);
        byte[] leaf = root.issue(leaf(root, "a.corp.example"));
        assertThatThrownBy(() -> Issuers.of(leaf, List.of(), SignatureScheme.ECDSA_SHA256))
                .isInstanceOf(IllegalArgumentException.class);
        for (int length = 0; length < root.certificate().length; length++) {
            byte[] cut = Arrays.copyOf(root.certificate(), length);
            assertThatThrownBy(() -> Issuers.of(cut, List.of(), SignatureScheme.ECDSA_SHA256))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** Certified anew by another authority, it keeps the identifier by which everything below it names it. */
    @Test
    void crossSignedAuthority_keepsItsKeyIdentifier() throws Exception {
        TestIssuer foreign = foreign();
        TestIssuer root = TestIssuer.root(KeySpec.ED25519);
        byte[] leaf = foreign.issue(leaf(foreign, "a.corp.example"));
        byte[] crossed = root.issue(root.draft(
                foreign.view().subject(),
                foreign.view().key().withKeyIdentifier(foreign.view().keyIdentifierOctets()),
                SubjectAlternativeNames.NONE,
                CertificateProfile.Authority.unbounded(),
                Duration.ofDays(100)));
        Path anchor = Files.writeString(folder.resolve("root.pem"), Pem.write(Pem.CERTIFICATE, root.certificate()));
        Path between = Files.writeString(folder.resolve("cross.pem"), Pem.write(Pem.CERTIFICATE, crossed));
        Path end = Files.writeString(folder.resolve("leaf.pem"), Pem.write(Pem.CERTIFICATE, leaf));
        Peer verified = Peer.run(
                "openssl",
                "verify",
                "-x509_strict",
                "-CAfile",
                anchor.toString(),
                "-untrusted",
                between.toString(),
                end.toString());
        assertThat(verified.output()).endsWith(": OK\n");
    }
}
