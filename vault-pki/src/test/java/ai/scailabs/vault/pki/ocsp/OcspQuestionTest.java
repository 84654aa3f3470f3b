package ai.scailabs.vault.pki.ocsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Boolean;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.BERSequence;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What strangers send is a question or is refused; nothing else happens. */
class OcspQuestionTest {
    private static final String NOTHING_KNOWN = "1.3.6.1.4.1.55555.1";

    private static DERSequence sequence(ASN1Encodable... fields) {
        return new DERSequence(fields);
    }

    private static DERSequence certificate(BigInteger serial) {
        return sequence(
                sequence(OIWObjectIdentifiers.idSHA1, DERNull.INSTANCE),
                new DEROctetString(new byte[20]),
                new DEROctetString(new byte[20]),
                new ASN1Integer(serial));
    }

    private static DERSequence one() {
        return sequence(certificate(BigInteger.valueOf(4711)));
    }

    private static DERSequence requests(int number) {
        return sequence(Collections.nCopies(number, one()).toArray(ASN1Encodable[]::new));
    }

    private static DERSequence extension(String type, boolean critical, byte[] value) {
        ASN1ObjectIdentifier identifier = new ASN1ObjectIdentifier(type);
        return critical
                ? sequence(identifier, ASN1Boolean.TRUE, new DEROctetString(value))
                : sequence(identifier, new DEROctetString(value));
    }

    private static byte[] with(DERSequence... extensions) {
        return der(sequence(sequence(requests(1), new DERTaggedObject(true, 2, sequence(extensions)))));
    }

    private static DERSequence nonce(int octets) {
        return extension(
                OCSPObjectIdentifiers.id_pkix_ocsp_nonce.getId(), false, der(new DEROctetString(filled(octets))));
    }

    private static byte[] filled(int octets) {
        byte[] content = new byte[octets];
        Arrays.fill(content, (byte) 7);
        return content;
    }

    private static byte[] der(ASN1Encodable content) {
        try {
            return content.toASN1Primitive().getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] plain() {
        return der(sequence(sequence(requests(1))));
    }

    private static Map<String, byte[]> noQuestions() throws IOException {
        byte[] plain = plain();
        Map<String, byte[]> all = new LinkedHashMap<>();
        all.put("nothing", new byte[0]);
        all.put("text", "give me everything".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        all.put("zeros", new byte[100]);
        all.put("an empty sequence", new byte[] {0x30, 0});
        all.put("a number", der(new ASN1Integer(1)));
        all.put("a length that is not there", new byte[] {0x30, (byte) 0x84, 0x7f, -1, -1, -1, 0x30});
        all.put("a length that is negative", new byte[] {0x30, (byte) 0x84, -1, -1, -1, -1, 0x30});
        all.put("cut", Arrays.copyOf(plain, plain.length - 1));
        all.put("something behind", Arrays.copyOf(plain, plain.length + 1));
        all.put("twice", twice(plain));
        all.put("BER", new BERSequence(sequence(requests(1))).getEncoded(ASN1Encoding.BER));
        all.put("no certificate", der(sequence(sequence(sequence()))));
        all.put("21 certificates", der(sequence(sequence(requests(21)))));
        all.put("version 2", der(sequence(sequence(new DERTaggedObject(true, 0, new ASN1Integer(1)), requests(1)))));
        all.put(
                "a version of 100 octets",
                der(sequence(sequence(
                        new DERTaggedObject(true, 0, new ASN1Integer(BigInteger.ONE.shiftLeft(800))), requests(1)))));
        all.put("a field more", der(sequence(sequence(requests(1), new ASN1Integer(1)))));
        all.put(
                "a tag that is not known",
                der(sequence(sequence(requests(1), new DERTaggedObject(true, 3, sequence())))));
        all.put(
                "a third part",
                der(sequence(sequence(requests(1)), new DERTaggedObject(true, 0, sequence()), sequence())));
        all.put(
                "a signature under another tag",
                der(sequence(sequence(requests(1)), new DERTaggedObject(true, 1, sequence()))));
        all.put(
                "a certificate of three fields",
                der(sequence(sequence(sequence(sequence(sequence(
                        sequence(OIWObjectIdentifiers.idSHA1),
                        new DEROctetString(new byte[20]),
                        new ASN1Integer(1))))))));
        all.put(
                "a text for a number",
                der(sequence(sequence(sequence(sequence(sequence(
                        sequence(OIWObjectIdentifiers.idSHA1),
                        new DEROctetString(new byte[20]),
                        new DEROctetString(new byte[20]),
                        new DERUTF8String("1"))))))));
        all.put(
                "no algorithm",
                der(sequence(sequence(sequence(sequence(sequence(
                        sequence(),
                        new DEROctetString(new byte[20]),
                        new DEROctetString(new byte[20]),
                        new ASN1Integer(1))))))));
        all.put("a nonce of 0", with(nonce(0)));
        all.put("a nonce of 129", with(nonce(129)));
        all.put("two nonces", with(nonce(16), nonce(16)));
        all.put(
                "a nonce without its inner tag",
                with(extension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce.getId(), false, filled(16))));
        all.put("a critical extension that is not known", with(extension(NOTHING_KNOWN, true, new byte[] {5, 0})));
        all.put(
                "one at a certificate",
                der(sequence(sequence(sequence(sequence(
                        certificate(BigInteger.ONE),
                        new DERTaggedObject(true, 0, sequence(extension(NOTHING_KNOWN, true, new byte[] {5, 0})))))))));
        all.put("an extension without a value", with(sequence(new ASN1ObjectIdentifier(NOTHING_KNOWN))));
        all.put(
                "other kinds of answers only",
                with(extension(
                        OCSPObjectIdentifiers.id_pkix_ocsp_response.getId(),
                        true,
                        der(sequence(new ASN1ObjectIdentifier(NOTHING_KNOWN))))));
        all.put(
                "17 KiB",
                der(sequence(sequence(
                        requests(1),
                        new DERTaggedObject(
                                true, 2, sequence(extension(NOTHING_KNOWN, false, new byte[17 * 1024])))))));
        all.put("deep", deep(4_000));
        return all;
    }

    private static byte[] twice(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(content);
        out.write(content);
        return out.toByteArray();
    }

    /** Sequences in sequences, as many as fit. */
    private static byte[] deep(int levels) {
        byte[] content = {5, 0};
        for (int i = 0; i < levels && content.length < OcspQuestion.MAX_OCTETS - 8; i++) {
            content = wrapped(content);
        }
        return content;
    }

    private static byte[] wrapped(byte[] content) {
        int length = content.length;
        byte[] head = length < 128
                ? new byte[] {0x30, (byte) length}
                : length < 256
                        ? new byte[] {0x30, (byte) 0x81, (byte) length}
                        : new byte[] {0x30, (byte) 0x82, (byte) (length >> 8), (byte) length};
        byte[] all = Arrays.copyOf(head, head.length + length);
        System.arraycopy(content, 0, all, head.length, length);
        return all;
    }

    @TestFactory
    Stream<DynamicTest> whatIsNoQuestion_isMalformed() throws IOException {
        return noQuestions().entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(
                        each.getKey(),
                        () -> assertThatThrownBy(() -> OcspQuestion.parse(each.getValue()))
                                .isInstanceOfSatisfying(
                                        UnansweredQuestion.class,
                                        refused -> assertThat(refused.failure())
                                                .isEqualTo(OcspFailure.MALFORMED_REQUEST))));
    }

    /** Each octet of a good question changed, and thousands that are changed at random: read, or refused. */
    @Test
    void changedOctets_areReadOrRefused_andNothingElse() {
        Random random = new Random(20261126);
        byte[] good = with(nonce(16), extension(NOTHING_KNOWN, false, new byte[] {5, 0}));
        int read = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] changed = good.clone();
            int changes = i < good.length ? 1 : 1 + random.nextInt(4);
            for (int c = 0; c < changes; c++) {
                changed[i < good.length ? i : random.nextInt(changed.length)] = (byte) random.nextInt(256);
            }
            try {
                read += OcspQuestion.parse(changed).certificates().size();
            } catch (UnansweredQuestion refused) {
                assertThat(refused.failure()).isEqualTo(OcspFailure.MALFORMED_REQUEST);
            }
        }
        assertThat(read).isBetween(1_000, 49_000);
    }

    @Test
    void goodQuestions_areRead() {
        OcspQuestion question = OcspQuestion.parse(plain());
        assertThat(question.nonce()).isNull();
        assertThat(question.certificates()).hasSize(1);
        CertificateName asked = question.certificates().getFirst();
        assertThat(asked.hash()).contains(IssuerHash.SHA_1);
        assertThat(asked.serial().orElseThrow().value()).isEqualTo(4711);
        assertThat(der(asked.encoded())).isEqualTo(der(certificate(BigInteger.valueOf(4711))));

        assertThat(OcspQuestion.parse(der(sequence(sequence(requests(20))))).certificates())
                .hasSize(20);
        for (int octets : new int[] {1, 15, 16, 32, 33, 128}) {
            assertThat(OcspQuestion.parse(with(nonce(octets))).nonce()).isEqualTo(filled(octets));
        }
        // Version 1 written out, who asks, a signature that nobody looks at, and what is not critical.
        byte[] signed = der(sequence(
                sequence(
                        new DERTaggedObject(true, 0, new ASN1Integer(0)),
                        new DERTaggedObject(true, 1, new DERTaggedObject(false, 1, new DERUTF8String("jo"))),
                        requests(1),
                        new DERTaggedObject(true, 2, sequence(extension(NOTHING_KNOWN, false, new byte[] {5, 0})))),
                new DERTaggedObject(true, 0, sequence(sequence(OIWObjectIdentifiers.idSHA1)))));
        assertThat(OcspQuestion.parse(signed).certificates()).hasSize(1);
        byte[] basic = with(extension(
                OCSPObjectIdentifiers.id_pkix_ocsp_response.getId(),
                true,
                der(sequence(OCSPObjectIdentifiers.id_pkix_ocsp_basic))));
        assertThat(OcspQuestion.parse(basic).certificates()).hasSize(1);
    }

    /** They are no numbers of any certificate, and questions all the same. */
    @Test
    void numbersThatNoCertificateCanHave_areAskedAbout() {
        for (BigInteger serial : new BigInteger[] {
            BigInteger.ZERO, BigInteger.valueOf(-1), BigInteger.ONE.shiftLeft(159), BigInteger.TWO.pow(4_000)
        }) {
            OcspQuestion question =
                    OcspQuestion.parse(der(sequence(sequence(sequence(sequence(certificate(serial)))))));
            assertThat(question.certificates().getFirst().serial()).isEmpty();
        }
    }

    @Test
    void failures_areWrittenAsTheRfcHasThem() {
        assertThat(OcspFailure.MALFORMED_REQUEST.answer().der()).containsExactly(0x30, 3, 0x0a, 1, 1);
        assertThat(OcspFailure.UNAUTHORIZED.answer().der()).containsExactly(0x30, 3, 0x0a, 1, 6);
        assertThat(OcspFailure.TRY_LATER.answer().nextUpdate()).isNull();
    }
}
