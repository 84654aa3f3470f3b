package ai.scailabs.vault.pki.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.pkcs.CertificationRequestInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests as OpenSSL writes them. */
class CertificationRequestTest {
    private static final SignatureProvider SIGNATURES = JavaSignatures.ofTheRuntime();

    @TempDir
    Path folder;

    private String request(String newkey, String... more) throws Exception {
        Path out = folder.resolve("csr.pem");
        List<String> command = new ArrayList<>(List.of(
                "openssl",
                "req",
                "-new",
                "-nodes",
                "-keyout",
                folder.resolve("key").toString(),
                "-out",
                out.toString(),
                "-newkey"));
        command.addAll(List.of(newkey.split(" ")));
        command.addAll(List.of(more));
        Peer made = Peer.run(command);
        assertThat(made.exitCode()).as(made.output()).isZero();
        return Files.readString(out);
    }

    private static void assertRefused(String pem, String rule) {
        assertThatThrownBy(() -> CertificationRequest.parse(pem, SIGNATURES))
                .isInstanceOfSatisfying(VaultException.class, refusal -> {
                    assertThat(refusal.code().status()).isEqualTo(422);
                    assertThat(refusal.details()).containsEntry("rule", rule);
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ec -pkeyopt ec_paramgen_curve:P-256",
                "ec -pkeyopt ec_paramgen_curve:P-384",
                "rsa:2048",
                "ed25519"
            })
    void request_isReadInBothLabels(String key) throws Exception {
        String pem = request(
                key,
                "-subj",
                "/CN=A.corp.example",
                "-addext",
                "subjectAltName=DNS:A.Corp.Example,IP:10.0.0.1",
                "-addext",
                "basicConstraints=critical,CA:TRUE");
        CertificationRequest read = CertificationRequest.parse(pem, SIGNATURES);
        assertThat(read.names().names()).extracting(GeneralName::text).containsExactly("a.corp.example", "10.0.0.1");
        assertThat(read.subject().commonName()).contains("A.corp.example");
        assertThat(CertificationRequest.parse(
                        pem.replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"), SIGNATURES))
                .isEqualTo(read);
    }

    @Test
    void changedRequest_isRefused() throws Exception {
        String pem = request("ec -pkeyopt ec_paramgen_curve:P-256", "-subj", "/CN=a");
        byte[] der = Pem.read(pem, 10_000, 1).orElseThrow().getFirst().content();
        for (int at = 0; at < der.length; at += 3) {
            byte[] changed = der.clone();
            changed[at] ^= 1;
            assertThatThrownBy(() -> CertificationRequest.parse(Pem.write("CERTIFICATE REQUEST", changed), SIGNATURES))
                    .as("octet " + at)
                    .isInstanceOfSatisfying(
                            VaultException.class,
                            refusal -> assertThat(refusal.code().status()).isEqualTo(422));
        }
    }

    @Test
    void truncatedRequest_isRefused() throws Exception {
        byte[] der = Pem.read(
                        request("ed25519", "-subj", "/CN=a", "-addext", "subjectAltName=DNS:a.example"), 10_000, 1)
                .orElseThrow()
                .getFirst()
                .content();
        for (int length = 0; length < der.length; length++) {
            String pem = Pem.write("CERTIFICATE REQUEST", Arrays.copyOf(der, length));
            assertRefused(pem, "csr_form");
        }
    }

    @Test
    void weakRequests_areRefusedByRule() throws Exception {
        assertRefused(request("rsa:1024", "-subj", "/CN=a"), "key_size");
        assertRefused(request("rsa:2048", "-subj", "/CN=a", "-sha1"), "csr_signature");
        assertRefused(request("rsa:2048", "-subj", "/CN=a", "-md5"), "csr_signature");
        assertRefused(request("ec -pkeyopt ec_paramgen_curve:secp256k1", "-subj", "/CN=a"), "key_curve");
        assertRefused(
                request("ec -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit", "-subj", "/CN=a"),
                "key_curve");
        assertRefused(
                request("ed25519", "-subj", "/CN=a", "-addext", "subjectAltName=otherName:1.2.3;UTF8:x"), "name_kind");
        assertRefused(
                request("ed25519", "-subj", "/CN=a", "-addext", "subjectAltName=DNS:f*o.corp.example"),
                "wildcard_place");
    }

    /** Which of two lists counts nobody knows; OpenSSL does not write such. */
    @Test
    void extensionsTwice_areRefused() throws Exception {
        KeyPair pair = KeySpec.EC_P256.generate(new SecureRandom());
        Extension one = names("one.example");
        Extension two = names("two.example");
        assertThat(CertificationRequest.parse(signed(pair, List.of(List.of(one))), SIGNATURES)
                        .names()
                        .names())
                .hasSize(1);
        assertRefused(signed(pair, List.of(List.of(one, two))), "csr_form");
        assertRefused(signed(pair, List.of(List.of(one), List.of(two))), "csr_form");
    }

    private static Extension names(String dns) throws Exception {
        return new Extension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(new org.bouncycastle.asn1.x509.GeneralName(
                                org.bouncycastle.asn1.x509.GeneralName.dNSName, dns))
                        .getEncoded());
    }

    /** Each list an attribute of its own. */
    private static String signed(KeyPair pair, List<List<Extension>> lists) throws Exception {
        ASN1EncodableVector attributes = new ASN1EncodableVector();
        for (List<Extension> list : lists) {
            attributes.add(new Attribute(
                    PKCSObjectIdentifiers.pkcs_9_at_extensionRequest,
                    new DERSet(new DERSequence(list.toArray(Extension[]::new)))));
        }
        CertificationRequestInfo info = new CertificationRequestInfo(
                new X500Name("CN=a.example"),
                SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()),
                new DERSet(attributes));
        byte[] signature =
                SIGNATURES.sign(SignatureScheme.ECDSA_SHA256, pair.getPrivate(), info.getEncoded(ASN1Encoding.DER));
        return Pem.write(
                Pem.CERTIFICATE_REQUEST,
                new org.bouncycastle.asn1.pkcs.CertificationRequest(
                                info, SignatureScheme.ECDSA_SHA256.identifier(), new DERBitString(signature))
                        .getEncoded(ASN1Encoding.DER));
    }

    @Test
    void anythingElse_isRefusedAtOnce() {
        assertRefused("", "csr_form");
        assertRefused("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----", "csr_form");
        assertRefused("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----", "csr_form");
        assertRefused("-----BEGIN CERTIFICATE REQUEST-----\nMAA\n-----END CERTIFICATE REQUEST-----", "csr_form");
        assertRefused("-----BEGIN CERTIFICATE REQUEST-----".repeat(500), "csr_form");
        assertRefused("A".repeat(1 << 20), "csr_size");
    }

    @Test
    void pem_isReadWithinBounds() {
        String block = Pem.write(Pem.CERTIFICATE, new byte[100]);
        assertThat(Pem.read("Subject: a\n" + block + "\n" + block, 10_000, 2).orElseThrow())
                .hasSize(2);
        assertThat(Pem.read(block.repeat(3), 10_000, 2)).isEmpty();
        assertThat(Pem.read(block, block.length() - 1, 2)).isEmpty();
        assertThat(Pem.read(block.replace("END CERTIFICATE", "END CRL"), 10_000, 2))
                .isEmpty();
        assertThat(block.lines()).allMatch(line -> line.length() <= 64);
    }
}
