package ai.scailabs.vault.bench.stand;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/** An authority with some certificates, and the questions about them: without a nonce for GET, with one for POST. */
final class PkiSeed {
    private static final int CERTIFICATES = 200;
    /** Of a P-256 key, uncompressed, at the end of what surrounds it. */
    private static final int POINT_OCTETS = 65;

    private static final byte[] SHA_1 = HexFormat.of().parseHex("300906052b0e03021a0500");
    private static final byte[] NONCE_TYPE = HexFormat.of().parseHex("06092b0601050507300102");
    private static final byte[] NONCE = HexFormat.of().parseHex("0412" + "0410" + "00112233445566778899aabbccddeeff");

    private final ApiCaller api;

    private PkiSeed(ApiCaller api) {
        this.api = api;
    }

    /**
     * @param folder gets files for the scripts: {@code targets-ocsp} has the URI of a GET, the URI of a POST and its body in hexadecimal in each line, {@code targets-issue} a token and the URI to post
     *     to
     */
    static void plant(ApiCaller api, Path folder) throws IOException {
        try {
            new PkiSeed(api).plant(folder);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("seeding failed", e);
        }
    }

    private void plant(Path folder) throws IOException, GeneralSecurityException {
        String id = ApiCaller.member(
                "id",
                api.send(
                        "POST",
                        "/v1/pki/ca",
                        "{\"name\":\"bench\",\"common_name\":\"Bench\",\"ca_type\":\"root\",\"key_type\":\"ec\"}"));
        X509Certificate issuer = certificate(
                ApiCaller.member("certificate_pem", api.send("GET", "/v1/pki/ca/" + id + "/certificate", "")));
        byte[] key = issuer.getPublicKey().getEncoded();
        MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
        byte[] name = sha1.digest(issuer.getSubjectX500Principal().getEncoded());
        byte[] keyHash = sha1.digest(Arrays.copyOfRange(key, key.length - POINT_OCTETS, key.length));
        api.send(
                "POST",
                "/v1/pki/roles",
                "{\"name\":\"bench\",\"ca_id\":\"" + id + "\",\"allowed_domains\":[\"*.bench.test\"]}");

        List<String> lines = new ArrayList<>();
        for (int i = 0; i < CERTIFICATES; i++) {
            String issued = api.send("POST", "/v1/pki/issue/bench", "{\"common_name\":\"n" + i + ".bench.test\"}");
            byte[] serial = certificate(ApiCaller.member("certificate", issued))
                    .getSerialNumber()
                    .toByteArray();
            byte[] asked = der(0x30, named(name, keyHash, serial));
            byte[] plain = der(0x30, der(0x30, der(0x30, asked)));
            byte[] nonce = der(0xa2, der(0x30, der(0x30, joined(NONCE_TYPE, NONCE))));
            byte[] unique = der(0x30, der(0x30, joined(der(0x30, asked), nonce)));
            String uri = "/v1/pki/ocsp/" + id;
            lines.add(uri + "/"
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(plain) + " " + uri + " "
                    + HexFormat.of().formatHex(unique));
        }
        Files.write(folder.resolve("targets-ocsp"), lines);
        Files.writeString(folder.resolve("targets-issue"), api.token() + " /v1/pki/issue/bench\n");
    }

    private static byte[] named(byte[] name, byte[] key, byte[] serial) {
        return der(0x30, joined(SHA_1, der(0x04, name), der(0x04, key), der(0x02, serial)));
    }

    private static byte[] der(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length > 127) {
            out.write(0x81);
        }
        out.write(content.length);
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static X509Certificate certificate(String pem) throws GeneralSecurityException {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(
                        new ByteArrayInputStream(pem.replace("\\n", "\n").getBytes(StandardCharsets.US_ASCII)));
    }
}
