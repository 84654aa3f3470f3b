package ai.scailabs.vault.credentials.dynamic.gcp;

import ai.scailabs.vault.credentials.connector.gcp.GcpKey;
import ai.scailabs.vault.credentials.dynamic.LeasedAccount;
import ai.scailabs.vault.crypto.provider.NativeProvider;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import tools.jackson.databind.json.JsonMapper;

/** Keys of service accounts that are made here, so that Google never has the private part. Thread-safe. */
final class AccountKeys {
    private static final JsonMapper JSON = JsonMapper.shared();
    /** The only size that Google takes. */
    private static final int BITS = 2048;
    /** Its clock may be behind ours. */
    private static final Duration AHEAD = Duration.ofMinutes(5);

    private final KeyCertificates certificates;
    private final SecureRandom random;

    AccountKeys(KeyCertificates certificates, SecureRandom random) {
        this.certificates = certificates;
        this.random = random;
    }

    KeyPair next() {
        try {
            KeyPairGenerator generator = NativeProvider.keyPairGenerator("RSA");
            generator.initialize(BITS, random);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** In PEM; ends when its lease can be renewed no more, and with it the key. */
    String certificate(KeyPair pair, LeasedAccount lease) {
        Instant begin = lease.issuedAt().minus(AHEAD).truncatedTo(ChronoUnit.SECONDS);
        Instant end = lease.latestAt().truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
        return certificates.selfSigned(pair, lease.account().name(), begin, end);
    }

    /** The file as Google's libraries read it; to be closed by the caller. */
    static SensitiveBytes file(KeyPair pair, GcpKey key, String email) {
        String base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(pair.getPrivate().getEncoded());
        return SensitiveBytes.owning(JSON.writeValueAsBytes(JSON.createObjectNode()
                .put("type", "service_account")
                .put("project_id", key.project())
                .put("private_key_id", key.id())
                .put("private_key", "-----BEGIN PRIVATE KEY-----\n" + base64 + "\n-----END PRIVATE KEY-----\n")
                .put("client_email", email)
                .put("client_id", key.clientId())
                .put("token_uri", "https://oauth2.googleapis.com/token")));
    }
}
