package ai.scailabs.vault.testkit;

import static ai.scailabs.vault.testkit.LoopbackApi.Said.json;
import static ai.scailabs.vault.testkit.TestGoogle.EMAIL;
import static ai.scailabs.vault.testkit.TestGoogle.PROJECT;

import ai.scailabs.vault.testkit.LoopbackApi.Asked;
import ai.scailabs.vault.testkit.LoopbackApi.Said;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** The keys of one service account of {@link TestGoogle}, as the IAM API publishes them. Not thread-safe. */
final class UploadedKeys {
    private static final int MOST = 10;
    private static final String ACCOUNT = "/v1/projects/-/serviceAccounts/" + EMAIL;
    private static final String KEY = ACCOUNT + "/keys/";

    private final Map<String, X509Certificate> keys = new LinkedHashMap<>();
    private String last = "";
    private int lag;

    String foreign() {
        return kept(new TestAuthority("somebody").certificate());
    }

    private String kept(X509Certificate certificate) {
        last = UUID.randomUUID().toString().replace("-", "") + "01234567";
        keys.put(last, certificate);
        return last;
    }

    List<String> ids() {
        return List.copyOf(keys.keySet());
    }

    void lag(int times) {
        lag = times;
    }

    private X509Certificate certificate(String id) {
        X509Certificate certificate = keys.get(id);
        if (certificate == null) {
            throw new IllegalArgumentException("no such key");
        }
        return certificate;
    }

    Instant end(String id) {
        return certificate(id).getNotAfter().toInstant();
    }

    /** Absent for one that is not there, or over. */
    @Nullable
    RSAPublicKey live(@Nullable String id) {
        X509Certificate certificate = keys.get(String.valueOf(id));
        if (certificate == null) {
            return null;
        }
        boolean live = certificate.getNotAfter().toInstant().isAfter(Instant.now())
                && certificate.getNotBefore().toInstant().isBefore(Instant.now());
        return live && certificate.getPublicKey() instanceof RSAPublicKey key ? key : null;
    }

    Said answer(Asked asked) {
        String path = asked.path();
        if (!path.equals(ACCOUNT) && !path.startsWith(ACCOUNT + "/")) {
            return TestGoogle.error(404, "NOT_FOUND");
        }
        return switch (asked.method() + " " + path.replace(ACCOUNT, "").replaceFirst("/keys/.+", "/keys/{id}")) {
            case "GET " ->
                json(
                        200,
                        Map.of(
                                "name",
                                "projects/" + PROJECT + "/serviceAccounts/" + EMAIL,
                                "projectId",
                                PROJECT,
                                "uniqueId",
                                "113570000000000000001",
                                "email",
                                EMAIL));
            case "GET /keys" -> list(asked.query());
            case "POST /keys:upload" -> uploaded(asked.json());
            case "GET /keys/{id}" -> shown(path.substring(KEY.length()), asked.query());
            case "DELETE /keys/{id}" ->
                keys.remove(path.substring(KEY.length())) == null
                        ? TestGoogle.error(404, "NOT_FOUND")
                        : json(200, Map.of());
            default -> TestGoogle.error(400, "INVALID_ARGUMENT");
        };
    }

    private static String name(String id) {
        return "projects/" + PROJECT + "/serviceAccounts/" + EMAIL + "/keys/" + id;
    }

    private Said list(Map<String, String> query) {
        if (!query.equals(Map.of("keyTypes", "USER_MANAGED"))) {
            return TestGoogle.error(400, "INVALID_ARGUMENT");
        }
        List<Map<String, Object>> shown = new ArrayList<>();
        boolean late = lag-- > 0;
        keys.forEach((id, certificate) -> {
            if (!late || !id.equals(last)) {
                shown.add(Map.of(
                        "name",
                        name(id),
                        "keyType",
                        "USER_MANAGED",
                        "keyOrigin",
                        "USER_PROVIDED",
                        "validBeforeTime",
                        certificate.getNotAfter().toInstant().toString()));
            }
        });
        return json(200, shown.isEmpty() ? Map.of() : Map.of("keys", shown));
    }

    private Said uploaded(Map<String, Object> body) {
        if (!body.keySet().equals(Set.of("publicKeyData"))) {
            return TestGoogle.error(400, "INVALID_ARGUMENT");
        }
        X509Certificate certificate = read(String.valueOf(body.get("publicKeyData")));
        if (certificate == null) {
            return TestGoogle.error(400, "INVALID_ARGUMENT");
        }
        if (keys.size() >= MOST) {
            return TestGoogle.error(400, "FAILED_PRECONDITION");
        }
        String id = kept(certificate);
        return json(200, Map.of("name", name(id), "keyType", "USER_MANAGED", "keyOrigin", "USER_PROVIDED"));
    }

    /** Absent for what is no certificate of version 3, in PEM, of an RSA key of 2048 bits, that is to end. */
    private static @Nullable X509Certificate read(String data) {
        try {
            String pem = new String(Base64.getDecoder().decode(data), StandardCharsets.US_ASCII);
            X509Certificate read = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
            read.verify(read.getPublicKey());
            boolean taken = pem.startsWith("-----BEGIN CERTIFICATE-----\n")
                    && read.getVersion() == 3
                    && read.getPublicKey() instanceof RSAPublicKey key
                    && key.getModulus().bitLength() == 2048
                    && read.getNotAfter().toInstant().isAfter(Instant.now());
            return taken ? read : null;
        } catch (GeneralSecurityException | IllegalArgumentException malformed) {
            return null;
        }
    }

    private Said shown(String id, Map<String, String> query) {
        X509Certificate certificate = keys.get(id);
        if (certificate == null) {
            return TestGoogle.error(404, "NOT_FOUND");
        }
        if (!query.equals(Map.of("publicKeyType", "TYPE_X509_PEM_FILE"))) {
            return TestGoogle.error(400, "INVALID_ARGUMENT");
        }
        try {
            byte[] pem = pem(certificate).getBytes(StandardCharsets.US_ASCII);
            return json(
                    200,
                    Map.of(
                            "name",
                            name(id),
                            "publicKeyData",
                            Base64.getEncoder().encodeToString(pem)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String pem(X509Certificate certificate) throws GeneralSecurityException {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }

    /** In PEM, as {@code openssl req -x509} makes them. */
    static String selfSigned(KeyPair pair, String commonName, Instant notBefore, Instant notAfter) {
        X500Principal name = new X500Principal("CN=" + commonName);
        try {
            ContentSigner signer = new JcaContentSignerBuilder("SHA256withRSA").build(pair.getPrivate());
            return pem(new JcaX509CertificateConverter()
                    .getCertificate(new JcaX509v3CertificateBuilder(
                                    name,
                                    BigInteger.TWO,
                                    Date.from(notBefore),
                                    Date.from(notAfter),
                                    name,
                                    pair.getPublic())
                            .build(signer)));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }
}
