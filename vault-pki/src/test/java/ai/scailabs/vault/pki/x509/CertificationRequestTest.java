package ai.scailabs.vault.pki.x509;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.Peer;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.ASN1Boolean;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.pkcs.CertificationRequestInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
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

    /** Nobody signs such by mistake: each is read in another way by somebody. */
    @Test
    void whatIsNotDer_isRefused_thoughItsSignatureHolds() throws Exception {
        KeyPair pair = KeySpec.EC_P256.generate(new SecureRandom());
        byte[] der = Pem.read(signed(pair, List.of(List.of(names("one.example")))), 10_000, 1)
                .orElseThrow()
                .getFirst()
                .content();
        ByteArrayOutputStream indefinite = new ByteArrayOutputStream();
        indefinite.writeBytes(new byte[] {0x30, (byte) 0x80});
        indefinite.write(der, 3, der.length - 3);
        indefinite.writeBytes(new byte[2]);
        assertThat(der[1]).as("a length of one octet").isEqualTo((byte) 0x81);
        assertRefused(Pem.write(Pem.CERTIFICATE_REQUEST, indefinite.toByteArray()), "csr_form");
        ASN1Encodable saysFalse = new DERSequence(new ASN1Encodable[] {
            Extension.subjectAlternativeName,
            ASN1Boolean.FALSE,
            names("one.example").getExtnValue()
        });
        assertRefused(signed(pair, 0, new X500Name("CN=a.example"), new DERSequence(saysFalse)), "csr_form");
    }

    @Test
    void otherVersions_areRefused() throws Exception {
        KeyPair pair = KeySpec.EC_P256.generate(new SecureRandom());
        ASN1Encodable asked = new DERSequence(names("one.example"));
        assertThat(CertificationRequest.parse(signed(pair, 0, new X500Name("CN=a.example"), asked), SIGNATURES)
                        .names()
                        .names())
                .hasSize(1);
        for (int version : List.of(-1, 1, 2)) {
            assertRefused(signed(pair, version, new X500Name("CN=a.example"), asked), "csr_form");
        }
    }

    /** Octets beyond ASCII, octets that are no UTF-8, and what databases and programs take for an end. */
    @Test
    void textsThatAreNone_areRefused() throws Exception {
        KeyPair pair = KeySpec.EC_P256.generate(new SecureRandom());
        X500Name subject = new X500Name("CN=a.example");
        for (byte[] octets : List.of(new byte[] {'w', (byte) 0xfc, '.', 'a'}, "w\u00fc.a".getBytes(UTF_8))) {
            Extension names = new Extension(
                    Extension.subjectAlternativeName,
                    false,
                    new DERSequence(new DERTaggedObject(false, 2, new DEROctetString(octets))).getEncoded());
            assertRefused(signed(pair, 0, subject, new DERSequence(names)), "csr_form");
        }
        ASN1Encodable asked = new DERSequence(names("one.example"));
        for (ASN1Primitive text : List.of(
                ASN1Primitive.fromByteArray(new byte[] {12, 2, (byte) 0xff, (byte) 0xfe}),
                ASN1Primitive.fromByteArray(new byte[] {12, 2, (byte) 0xc0, (byte) 0xaf}),
                ASN1Primitive.fromByteArray(new byte[] {22, 1, (byte) 0xff}),
                ASN1Primitive.fromByteArray(new byte[] {19, 1, '@'}),
                ASN1Primitive.fromByteArray(new byte[] {18, 1, 'a'}),
                ASN1Primitive.fromByteArray(new byte[] {30, 2, (byte) 0xd8, 0}),
                new DERUTF8String("a\0b"))) {
            X500Name unreadable =
                    X500Name.getInstance(new DERSequence(new DERSet(new AttributeTypeAndValue(BCStyle.CN, text))));
            assertRefused(signed(pair, 0, unreadable, asked), "csr_form");
        }
    }

    private static String signed(KeyPair pair, int version, X500Name subject, ASN1Encodable extensions)
            throws Exception {
        ASN1Encodable attributes = new DERTaggedObject(false, 0, new DERSet(new DERSequence(new ASN1Encodable[] {
            PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, new DERSet(extensions)
        })));
        DERSequence info = new DERSequence(new ASN1Encodable[] {
            new ASN1Integer(version),
            subject,
            SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()),
            attributes
        });
        byte[] signature =
                SIGNATURES.sign(SignatureScheme.ECDSA_SHA256, pair.getPrivate(), info.getEncoded(ASN1Encoding.DER));
        return Pem.write(
                Pem.CERTIFICATE_REQUEST,
                new DERSequence(new ASN1Encodable[] {
                            info, SignatureScheme.ECDSA_SHA256.identifier(), new DERBitString(signature)
                        })
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
