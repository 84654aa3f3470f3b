package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigInteger;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Questions about certificates, as anybody asks them. What is wrong with them comes first. */
class OcspApiTest {
    private static final int MALFORMED = 1;
    private static final int UNAUTHORIZED = 6;
    private static final String TENANT = "tnt_ocsp";

    private static RunningServer server;
    private static ApiClient owner;
    private static String authority;
    private static String foreign;
    private static OcspQuestions ocsp;

    @BeforeAll
    static void prepare() {
        server = RunningServer.shared();
        owner = server.owner("ocsp", "ocsp");
        authority = PkiRoleApiTest.root(owner, "ocsp-root");
        foreign = PkiRoleApiTest.root(server.owner("ocsp-foreign", "ocsp-foreign"), "ocsp-foreign");
        role(authority, "web");
        ocsp = new OcspQuestions(server.port(), issuer(authority));
    }

    private static void role(String ca, String name) {
        owner.post("/v1/pki/roles", Map.of("name", name, "ca_id", ca, "allowed_domains", List.of("*.ocsp.test")))
                .expect(201);
    }

    private static X509Certificate issuer(String ca) {
        return OcspQuestions.certificate(owner.get("/v1/pki/ca/" + ca + "/certificate")
                .expect(200)
                .json()
                .get("certificate_pem")
                .stringValue());
    }

    private static X509Certificate leaf(String role) {
        return OcspQuestions.certificate(
                owner.post("/v1/pki/issue/" + role, Map.of("common_name", "a.ocsp.test", "ttl", "1h"))
                        .expect(201)
                        .json()
                        .get("certificate")
                        .stringValue());
    }

    private static void revoke(BigInteger serial, String reason) {
        owner.post("/v1/pki/revoke", Map.of("serial_number", serial.toString(16), "reason", reason))
                .expect(200);
    }

    private static SingleResp only(BasicOCSPResp answer) {
        assertThat(answer.getResponses()).hasSize(1);
        return answer.getResponses()[0];
    }

    private static CertificateStatus statusOf(BigInteger serial) {
        return only(ocsp.answer(ocsp.post(authority, OcspQuestions.about(null, ocsp.id(serial)))))
                .getCertStatus();
    }

    @Test
    void hostileQuestions_areSaidToBeMalformed_andNothingWorse() {
        byte[] good = OcspQuestions.about(new byte[16], ocsp.id(leaf("web").getSerialNumber()));
        byte[] large = Arrays.copyOf(good, 1024 * 1024);
        for (byte[] each : new byte[][] {
            {},
            {0x30},
            new byte[1_000],
            "{\"data\": 1}".getBytes(StandardCharsets.US_ASCII),
            large,
            Arrays.copyOf(good, good.length - 1),
            Arrays.copyOf(good, good.length + 1),
            OcspQuestions.about(new byte[0], ocsp.id(BigInteger.ONE)),
            OcspQuestions.about(new byte[129], ocsp.id(BigInteger.ONE)),
            OcspQuestions.about(
                    null,
                    java.util.stream.IntStream.range(0, 21)
                            .mapToObj(i -> ocsp.id(BigInteger.valueOf(i + 1)))
                            .toArray(CertificateID[]::new))
        }) {
            assertThat(OcspQuestions.status(ocsp.post(authority, each))).isEqualTo(MALFORMED);
        }
        // Whichever octet is changed, an answer comes, and never that something failed.
        Random random = new Random(47);
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 1_500; i++) {
            byte[] changed = good.clone();
            changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            statuses.add(
                    OcspQuestions.status(i % 2 == 0 ? ocsp.post(authority, changed) : ocsp.get(authority, changed)));
        }
        assertThat(statuses).isSubsetOf(0, MALFORMED, UNAUTHORIZED).contains(0, MALFORMED, UNAUTHORIZED);
    }

    @Test
    void certificatesOfOthers_andAuthoritiesThatAreNotThere_areNotAnsweredFor() {
        BigInteger serial = leaf("web").getSerialNumber();
        byte[] question = OcspQuestions.about(null, ocsp.id(serial));
        for (String id : List.of(foreign, "ca_01K9Z6F3V4M8Q2T7B5N1C0D9XE", "ca_x", "x", "tnt_ocsp")) {
            assertThat(OcspQuestions.status(ocsp.post(id, question))).as(id).isEqualTo(UNAUTHORIZED);
        }
        // One of another authority among our own.
        OcspQuestions other = new OcspQuestions(server.port(), issuer(PkiRoleApiTest.root(owner, "ocsp-other")));
        assertThat(OcspQuestions.status(
                        ocsp.post(authority, OcspQuestions.about(null, ocsp.id(serial), other.id(serial)))))
                .isEqualTo(UNAUTHORIZED);
        // By a hash that nobody here knows.
        assertThat(OcspQuestions.status(ocsp.post(
                        authority,
                        OcspQuestions.about(null, ocsp.id(new ASN1ObjectIdentifier("1.2.840.113549.2.5"), serial)))))
                .isEqualTo(UNAUTHORIZED);
    }

    @Test
    void numberThatWasNeverGiven_isUnknown_andNotGood() {
        for (BigInteger serial : List.of(
                new BigInteger(159, new Random(3)), BigInteger.ZERO, BigInteger.valueOf(-5), BigInteger.TWO.pow(300))) {
            assertThat(statusOf(serial)).isInstanceOf(UnknownStatus.class);
        }
        // Reserved, and never signed.
        BigInteger reserved = new BigInteger("4711471147114711");
        Sql.superuser(server)
                .update(
                        "insert into reserved_serial (tenant_id, ca_id, serial, reserved_at)"
                                + " select tenant_id, ca_id, ?, now() from certificate_authority"
                                + " where tenant_id = ? and name = 'ocsp-root'",
                        reserved.toByteArray(),
                        TENANT);
        assertThat(statusOf(reserved)).isInstanceOf(UnknownStatus.class);
    }

    @Test
    void everyHash_isAnsweredByItself() {
        BigInteger serial = leaf("web").getSerialNumber();
        for (ASN1ObjectIdentifier hash : List.of(
                OIWObjectIdentifiers.idSHA1,
                NISTObjectIdentifiers.id_sha256,
                NISTObjectIdentifiers.id_sha384,
                NISTObjectIdentifiers.id_sha512)) {
            CertificateID asked = ocsp.id(hash, serial);
            SingleResp answer = only(ocsp.answer(ocsp.post(authority, OcspQuestions.about(null, asked))));
            assertThat(answer.getCertID()).isEqualTo(asked);
            assertThat(answer.getCertID().getHashAlgOID()).isEqualTo(hash);
            assertThat(answer.getCertStatus()).isNull();
        }
    }

    @Test
    void severalInOne_areAnsweredInTheirOrder() {
        List<CertificateID> asked = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            asked.add(ocsp.id(leaf("web").getSerialNumber()));
            asked.add(ocsp.id(BigInteger.valueOf(1_000 + i)));
        }
        BasicOCSPResp answer =
                ocsp.answer(ocsp.post(authority, OcspQuestions.about(null, asked.toArray(CertificateID[]::new))));
        assertThat(Arrays.stream(answer.getResponses()).map(SingleResp::getCertID))
                .containsExactlyElementsOf(asked);
        assertThat(answer.getResponses()[0].getCertStatus()).isNull();
        assertThat(answer.getResponses()[1].getCertStatus()).isInstanceOf(UnknownStatus.class);
    }

    @Test
    void nonce_isRepeated_andSuchAnAnswerIsKeptByNobody() {
        BigInteger serial = leaf("web").getSerialNumber();
        for (int octets : new int[] {1, 15, 16, 32, 33, 128}) {
            byte[] nonce = new byte[octets];
            new Random(octets).nextBytes(nonce);
            HttpResponse<byte[]> reply = ocsp.get(authority, OcspQuestions.about(nonce, ocsp.id(serial)));
            BasicOCSPResp answer = ocsp.answer(reply);
            assertThat(ASN1OctetString.getInstance(answer.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce)
                                    .getExtnValue()
                                    .getOctets())
                            .getOctets())
                    .isEqualTo(nonce);
            assertThat(only(answer).getExtensionOIDs()).isEmpty();
            assertThat(reply.headers().firstValue("Cache-Control")).hasValue("no-store");
            assertThat(reply.headers().firstValue("ETag")).isEmpty();
        }
    }

    @Test
    void answerWithoutNonce_isTheSameForAll_untilItIsRevoked() throws Exception {
        BigInteger serial = leaf("web").getSerialNumber();
        byte[] question = OcspQuestions.about(null, ocsp.id(serial));
        HttpResponse<byte[]> first = ocsp.get(authority, question);
        SingleResp good = only(ocsp.answer(first));
        assertThat(good.getCertStatus()).isNull();
        assertThat(Duration.between(
                        good.getThisUpdate().toInstant(), good.getNextUpdate().toInstant()))
                .isEqualTo(Duration.ofHours(4));
        assertThat(first.headers().firstValue("Cache-Control").orElseThrow())
                .matches("max-age=(299|300), public, no-transform, must-revalidate");
        assertThat(first.headers().firstValue("ETag").orElseThrow()).matches("\"[0-9a-f]{64}\"");
        assertThat(first.headers().firstValue("Expires").orElseThrow()).matches("[A-Z][a-z]{2}, [0-9]{2} .* GMT");
        assertThat(first.headers().firstValue("Last-Modified")).isPresent();
        assertThat(first.headers().firstValue("Content-Length")).hasValue(String.valueOf(first.body().length));
        assertThat(ocsp.get(authority, question).body()).isEqualTo(first.body());
        assertThat(ocsp.post(authority, question).body()).isEqualTo(first.body());

        try (RunningServer another = server.another()) {
            OcspQuestions elsewhere = new OcspQuestions(another.port(), ocsp.issuer());
            assertThat(only(elsewhere.answer(elsewhere.get(authority, question)))
                            .getCertStatus())
                    .isNull();
            revoke(serial, "key_compromise");
            for (OcspQuestions each : List.of(ocsp, elsewhere)) {
                RevokedStatus revoked = (RevokedStatus)
                        only(each.answer(each.get(authority, question))).getCertStatus();
                assertThat(revoked.getRevocationReason()).isEqualTo(1);
            }
        }
    }

    @Test
    void reasonThatSaysNothing_isLeftOut() {
        BigInteger serial = leaf("web").getSerialNumber();
        revoke(serial, "unspecified");
        assertThat(((RevokedStatus) statusOf(serial)).hasRevocationReason()).isFalse();
    }

    /** Whoever holds its certificates still wants to know. */
    @Test
    void authorityThatIsDisabled_answersAllTheSame_byAResponderThatIsRecorded() {
        String disabled = PkiRoleApiTest.root(owner, "ocsp-disabled");
        role(disabled, "disabled");
        X509Certificate leaf = leaf("disabled");
        owner.post("/v1/pki/ca/" + disabled + "/disable", null).expect(200);
        OcspQuestions questions = new OcspQuestions(server.port(), issuer(disabled));

        BasicOCSPResp answer = questions.answer(
                questions.post(disabled, OcspQuestions.about(null, questions.id(leaf.getSerialNumber()))));
        assertThat(only(answer).getCertStatus()).isNull();

        X509CertificateHolder responder = answer.getCerts()[0];
        assertThat(org.bouncycastle.asn1.x509.ExtendedKeyUsage.fromExtensions(responder.getExtensions())
                        .getUsages())
                .containsExactly(KeyPurposeId.id_kp_OCSPSigning);
        assertThat(responder.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck))
                .isNotNull();
        assertThat(responder.getExtension(new ASN1ObjectIdentifier("1.3.6.1.5.5.7.1.1")))
                .isNull();
        assertThat(Duration.between(
                        responder.getNotBefore().toInstant(),
                        responder.getNotAfter().toInstant()))
                .isLessThan(Duration.ofDays(8));
        assertThat(Sql.superuser(server)
                        .value(
                                "select count(*) from certificate where tenant_id = ? and serial = ? and status = 'issued' and created_by = 'system:ocsp-responder'",
                                TENANT,
                                responder.getSerialNumber().toByteArray()))
                .isEqualTo(1L);
        assertThat(owner.get("/v1/audit/logs?action=pki_ocsp_certify&path_prefix=" + disabled)
                        .expect(200)
                        .json()
                        .get("logs"))
                .hasSize(1);
        // Asked again, by another name of its issuer: the same key.
        assertThat(questions.answer(questions.post(
                                disabled, OcspQuestions.about(new byte[20], questions.id(leaf.getSerialNumber()))))
                        .getCerts()[0])
                .isEqualTo(responder);
    }

    /** As it comes through proxies and from clients of all kinds. Base64 is looked for that has all that URIs treat as something else. */
    @Test
    void everySpellingInAUri_isTheSameQuestion() throws IOException {
        byte[] question = {};
        String base64 = "";
        for (int i = 1; !(base64.contains("//") && base64.contains("+") && base64.endsWith("=")); i++) {
            question = OcspQuestions.about(
                    null, ocsp.id(new BigInteger(130 + i % 24, new Random(i)).setBit(130 + i % 24)));
            base64 = Base64.getEncoder().encodeToString(question);
        }
        String escaped = base64.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D");
        try (RawConnection connection = new RawConnection(server.port())) {
            for (String spelled : List.of(
                    base64,
                    escaped,
                    escaped.replace("%2B", "%2b").replace("%2F", "%2f").replace("%3D", "%3d"),
                    "/" + base64,
                    "%2F" + escaped,
                    base64.replace("=", ""),
                    base64.replace('+', '-').replace('/', '_'),
                    base64.replace('+', '-').replace('/', '_').replace("=", ""))) {
                RawConnection.Reply reply = connection.exchange(
                        ("GET /v1/pki/ocsp/" + authority + "/" + spelled + " HTTP/1.1\r\nHost: vault.test\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(reply.status()).as(spelled).isEqualTo(200);
                // SEQUENCE { ENUMERATED 0: it was read, and is answered.
                assertThat(reply.headers()).containsEntry("content-type", "application/ocsp-response");
                assertThat(Integer.parseInt(reply.headers().get("content-length")))
                        .isGreaterThan(200);
            }
            for (String spelled :
                    List.of("", "/", "%", "%2", "%zz", "M", "..%2f..%2fv1%2fhealth", "../../health", escaped + "%00")) {
                RawConnection.Reply reply = connection.exchange(
                        ("GET /v1/pki/ocsp/" + authority + "/" + spelled + " HTTP/1.1\r\nHost: vault.test\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(reply.status()).as(spelled + reply.body()).isIn(200, 400);
                if (reply.status() == 200) {
                    assertThat(reply.headers()).containsEntry("content-length", "5");
                }
            }
        }
    }

    @Test
    void certificateOfTheAuthority_isThereForEverybody_inTheFormThatChainsAreBuiltOf() throws Exception {
        ApiClient anybody = server.client(null);
        String base = "/v1/pki/ca/" + authority + "/certificate/";
        ApiClient.Reply reply = anybody.get(base + "1.cer").expect(200);
        assertThat(reply.header("Content-Type")).isEqualTo("application/pkix-cert");
        assertThat(reply.header("Cache-Control")).startsWith("max-age=86400, public");
        assertThat(reply.header("Content-Length"))
                .isEqualTo(String.valueOf(ocsp.issuer().getEncoded().length));
        for (String name : List.of("2.cer", "0.cer", "-1.cer", "01.cer", "x.cer", ".cer", "99999999999.cer")) {
            assertThat(anybody.get(base + name).status()).as(name).isEqualTo(404);
        }
        anybody.get("/v1/pki/ca/ca_01K9Z6F3V4M8Q2T7B5N1C0D9XE/certificate/1.cer")
                .expect(404, "ca_not_found");
        anybody.get("/v1/pki/ca/nonsense/certificate/1.cer").expect(404, "ca_not_found");
    }
}
