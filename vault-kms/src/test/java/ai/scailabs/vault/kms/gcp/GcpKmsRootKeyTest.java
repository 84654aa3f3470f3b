package ai.scailabs.vault.kms.gcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.RootKeyContract;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kms.call.TlsPeer;
import ai.scailabs.vault.testkit.TestAuthority;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Google's own SDK against a server that takes and gives what Google publishes, and nothing else. */
class GcpKmsRootKeyTest extends RootKeyContract {
    private static final WrapContext CONTEXT = new WrapContext("ptn_acme", KeyId.of(new UUID(1, 2)), "partner-key");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(600);

    private static final TestAuthority AUTHORITY = new TestAuthority("ScaiVault test");
    private static final SSLContext TRUST = trust(AUTHORITY);
    private static StrictTokenIssuer issuer;
    private static StrictGcpKms kms;
    private static TlsPeer peer;
    private static String name;
    private static GcpKmsRootKey root;
    private static GcpKmsRootKey another;

    @BeforeAll
    static void start() {
        issuer = new StrictTokenIssuer();
        kms = new StrictGcpKms(issuer.tokens());
        peer = new TlsPeer(AUTHORITY.server("kms"), kms::handle);
        name = kms.createKey("root");
        root = open(name, PATIENCE);
        another = open(kms.createKey("another"), PATIENCE);
    }

    @AfterAll
    static void stop() {
        root.close();
        another.close();
        peer.close();
        issuer.close();
    }

    @BeforeEach
    void serve() {
        peer.serves();
        issuer.peer().serves();
    }

    @Override
    protected RootKey rootKey() {
        return root;
    }

    @Override
    protected RootKey anotherRootKey() {
        return another;
    }

    @Test
    void id_isTheKeysName() {
        assertThat(root.id()).isEqualTo("gcp:" + name).isEqualTo(root.toString());
    }

    @Test
    void rotatedKey_opensWhatItsEarlierVersionsWrapped() {
        String rotated = kms.createKey("rotated");
        try (GcpKmsRootKey key = open(rotated, PATIENCE)) {
            byte[] old = wrapNew(key);
            kms.rotate(rotated);
            byte[] current = wrapNew(key);
            opens(key, old);
            opens(key, current);
            kms.state(rotated, 1, "DISABLED");
            refuses(key, old, ErrorCode.KMS_UNAVAILABLE);
            opens(key, current);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DISABLED", "DESTROY_SCHEDULED", "DESTROYED"})
    void versionThatIsNotEnabled_isKmsUnavailable_andOpensOnceItIs(String state) {
        String key = kms.createKey("disabled");
        try (GcpKmsRootKey root = open(key, PATIENCE)) {
            byte[] wrapped = wrapNew(root);
            kms.state(key, 1, state);
            refuses(root, wrapped, ErrorCode.KMS_UNAVAILABLE);
            wrapRefused(root);
            kms.state(key, 1, "ENABLED");
            opens(root, wrapped);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "429, RESOURCE_EXHAUSTED, 3",
        "503, UNAVAILABLE, 3",
        "504, DEADLINE_EXCEEDED, 3",
        "500, INTERNAL, 3",
        "403, PERMISSION_DENIED, 1",
        "404, NOT_FOUND, 1",
        "400, FAILED_PRECONDITION, 1",
        "409, ABORTED, 3"
    })
    void whatKmsDoesNotDo_isKmsUnavailable_triedAgainWhereThatHelps_andItsReasonIsNotForCallers(
            int status, String name, int tries) {
        byte[] wrapped = wrapNew(root);
        peer.says(status, Map.of(), StrictGcpKms.error(status, name, "not for callers"));
        refuses(root, wrapped, ErrorCode.KMS_UNAVAILABLE);
        assertThat(peer.calls()).isEqualTo(tries);
        peer.says(status, Map.of(), StrictGcpKms.error(status, name, "not for callers"));
        assertThatThrownBy(() -> wrapNew(root))
                .satisfies(e -> assertThat(trace(e))
                        .contains("HTTP " + status + " " + name)
                        .doesNotContain("not for callers"));
        assertThat(peer.calls()).isEqualTo(tries);
        peer.serves();
        opens(root, wrapped);
    }

    @Test
    void ciphertextThatKmsDoesNotTake_isAnIntegrityFailure_andAskedOnce() {
        byte[] wrapped = wrapNew(root);
        peer.says(400, Map.of(), StrictGcpKms.error(400, "INVALID_ARGUMENT", "Decryption failed"));
        refuses(root, wrapped, ErrorCode.INTEGRITY_FAILURE);
        assertThat(peer.calls()).isEqualTo(1);
        wrapRefused(root);
    }

    @Test
    void damageOnTheWayToKms_isNoticedThere_andTheCallIsMadeAgain() {
        kms.damagesRequests(1);
        byte[] wrapped = wrapNew(root);
        kms.damagesRequests(1);
        opens(root, wrapped);
        kms.damagesRequests(3);
        refuses(root, wrapped, ErrorCode.KMS_UNAVAILABLE);
        opens(root, wrapped);
    }

    @Test
    void damageOnTheWayBack_isNoticedHere_andTheCallIsMadeAgain() {
        kms.damagesAnswers(1);
        byte[] wrapped = wrapNew(root);
        kms.damagesAnswers(1);
        opens(root, wrapped);
        kms.damagesAnswers(3);
        refuses(root, wrapped, ErrorCode.KMS_UNAVAILABLE);
        kms.damagesAnswers(3);
        wrapRefused(root);
    }

    @Test
    void checksumsThatKmsDidNotSee_areNotTrustedUpon() {
        kms.overlooksChecksums(1);
        opens(root, wrapNew(root));
        kms.overlooksChecksums(3);
        wrapRefused(root);
        opens(root, wrapNew(root));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "projects/acme-vault/locations/europe-west3/keyRings/scaivault/cryptoKeys/another/cryptoKeyVersions/1",
                "projects/acme-vault/locations/europe-west3/keyRings/scaivault/cryptoKeys/root",
                "projects/acme-vault/locations/europe-west3/keyRings/scaivault/cryptoKeys/root/cryptoKeyVersions/1/x"
            })
    void answerOfAnotherKey_isNotStored(String answered) {
        kms.namesInstead(answered);
        try {
            wrapRefused(root);
        } finally {
            kms.namesInstead("");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>", "{}", "[]", "null", "{\"plaintext\":\"AAAA\",\"plaintextCrc32c\":\"1\"}"})
    void answersThatMakeNoSense_areKmsUnavailable(String body) {
        byte[] wrapped = wrapNew(root);
        peer.says(200, Map.of(), body);
        refuses(root, wrapped, ErrorCode.KMS_UNAVAILABLE);
        wrapRefused(root);
        peer.says(400, Map.of(), body);
        refuses(root, wrapped, ErrorCode.KMS_UNAVAILABLE);
    }

    @Test
    void keyOfAnotherLength_isNone() {
        byte[] wrapped = wrapNew(root);
        // 3 zero bytes and their CRC32C
        peer.says(200, Map.of(), "{\"plaintext\":\"AAAA\",\"plaintextCrc32c\":\"1617208186\"}");
        refuses(root, wrapped, ErrorCode.INTEGRITY_FAILURE);
    }

    @Test
    void pauseThatKmsAsksFor_isKept_ifThereIsTime() {
        byte[] wrapped = wrapNew(root);
        String throttled =
                "{\"error\":{\"code\":429,\"message\":\"Quota\",\"status\":\"RESOURCE_EXHAUSTED\",\"details\":"
                        + "[{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"1s\"}]}}";
        peer.saysFor(1, new TlsPeer.Response(429, Map.of(), throttled));
        long begin = System.nanoTime();
        opens(root, wrapped);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(1));
        assertThat(peer.calls()).isEqualTo(2);
        peer.saysFor(1, new TlsPeer.Response(429, Map.of("Retry-After", "30"), "{}"));
        refuses(root, wrapped, ErrorCode.KMS_UNAVAILABLE);
        assertThat(peer.calls()).isEqualTo(1);
    }

    @Test
    void kmsThatHangsDripsOrHangsUp_isKmsUnavailableInTime_andServesAgainWithoutARestart() {
        byte[] wrapped = wrapNew(root);
        CountDownLatch end = new CountDownLatch(1);
        try (GcpKmsRootKey key = open(name, SHORT)) {
            opens(key, wrapped);
            peer.hangsUntil(end);
            refusesInTime(key, wrapped);
            peer.dripsUntil(end);
            refusesInTime(key, wrapped);
            peer.closes();
            refusesInTime(key, wrapped);
            peer.serves();
            opens(root, wrapped);
            end.countDown();
        }
    }

    @Test
    void kmsThatIsDown_isKmsUnavailable() {
        byte[] wrapped = wrapNew(root);
        TlsPeer gone = new TlsPeer(AUTHORITY.server("kms"), kms::handle);
        gone.close();
        try (GcpKmsRootKey key = open(name, gone, issuer::credentials, TRUST, PATIENCE)) {
            refuses(key, wrapped, ErrorCode.KMS_UNAVAILABLE);
        }
    }

    @Test
    void serverThatNobodyVouchesFor_isShownNothing() {
        byte[] wrapped = wrapNew(root);
        TestAuthority foreign = new TestAuthority("Somebody else");
        try (TlsPeer impostor = new TlsPeer(foreign.server("kms"), kms::handle);
                TlsPeer otherName = new TlsPeer(AUTHORITY.serverNamed("elsewhere.example"), kms::handle);
                GcpKmsRootKey first = open(name, impostor, issuer::credentials, TRUST, PATIENCE);
                GcpKmsRootKey second = open(name, otherName, issuer::credentials, TRUST, PATIENCE)) {
            refuses(first, wrapped, ErrorCode.KMS_UNAVAILABLE);
            refuses(second, wrapped, ErrorCode.KMS_UNAVAILABLE);
            assertThat(impostor.calls() + otherName.calls()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void redirection_isNotFollowed(int status) {
        byte[] wrapped = wrapNew(root);
        try (TlsPeer elsewhere = new TlsPeer(AUTHORITY.server("kms"), kms::handle)) {
            peer.says(status, Map.of("Location", "https://localhost:" + elsewhere.port() + "/v1/" + name), "");
            refuses(root, wrapped, ErrorCode.KMS_UNAVAILABLE);
            wrapRefused(root);
            assertThat(elsewhere.calls()).isZero();
        }
    }

    @Test
    void tokenThatExpired_isReplaced() {
        byte[] wrapped = wrapNew(root);
        int before = issuer.issued();
        issuer.expireAll();
        opens(root, wrapped);
        assertThat(issuer.issued()).isEqualTo(before + 1);
    }

    @Test
    void tokensThatAreNeverTaken_areKmsUnavailable_andServedOnceTheyAre() {
        try (GcpKmsRootKey key = open(name, SHORT)) {
            byte[] wrapped = wrapNew(root);
            peer.says(401, Map.of("WWW-Authenticate", "Bearer error=\"invalid_token\""), "{}");
            refusesInTime(key, wrapped);
        }
    }

    @Test
    void issuerOfTokensThatFails_isKmsUnavailable_andAskedAgain() {
        byte[] wrapped = wrapNew(root);
        try (GcpKmsRootKey key = open(name, PATIENCE)) {
            issuer.peer().says(400, Map.of(), "{\"error\":\"invalid_grant\",\"error_description\":\"not for logs\"}");
            assertThatThrownBy(() -> key.unwrap(wrapped, CONTEXT).close())
                    .satisfies(e ->
                            assertThat(trace(e)).contains("no token: HTTP 400").doesNotContain("not for logs"));
            issuer.peer().serves();
            opens(key, wrapped);
        }
    }

    @Test
    void credentialsThatAreNotThere_areKmsUnavailable_andSoughtAgain() {
        byte[] wrapped = wrapNew(root);
        AtomicBoolean there = new AtomicBoolean();
        GcpCredentials credentials = () -> {
            if (there.get()) {
                return issuer.credentials();
            }
            throw new IOException("nowhere");
        };
        try (GcpKmsRootKey key = open(name, peer, credentials, TRUST, PATIENCE)) {
            refuses(key, wrapped, ErrorCode.KMS_UNAVAILABLE);
            there.set(true);
            opens(key, wrapped);
        }
    }

    /** The file is named by GOOGLE_APPLICATION_CREDENTIALS, which the build sets for tests. */
    @Test
    void withoutAnythingElse_applicationDefaultCredentialsAreUsed() throws IOException {
        Path file = Path.of(System.getenv("GOOGLE_APPLICATION_CREDENTIALS"));
        Files.createDirectories(file.getParent());
        Files.writeString(file, issuer.file());
        byte[] wrapped = wrapNew(root);
        int before = issuer.issued();
        try (TlsPeer plain = new TlsPeer(null, kms::handle);
                GcpKmsRootKey key = GcpKmsRootKey.open(
                        new GcpKmsProperties(
                                GcpKeyName.parse(name).orElseThrow(),
                                URI.create("http://127.0.0.1:" + plain.port()),
                                PATIENCE),
                        RANDOM)) {
            opens(key, wrapped);
            assertThat(issuer.issued()).isEqualTo(before + 1);
        }
    }

    @Test
    void whatKmsSendsBack_isInNoErrorAndNoCause() {
        try (KeyMaterial material = KeyMaterial.generate(RANDOM)) {
            String secret = Base64.getEncoder().encodeToString(material.exposeBytes());
            for (int status : new int[] {200, 400, 403, 500}) {
                peer.echoes(status);
                assertThatThrownBy(() -> root.wrap(material, CONTEXT))
                        .satisfies(e ->
                                assertThat(trace(e)).doesNotContain(secret).doesNotContain(secret.substring(4, 20)));
            }
        }
    }

    private static GcpKmsRootKey open(String key, Duration patience) {
        return open(key, peer, issuer::credentials, TRUST, patience);
    }

    private static GcpKmsRootKey open(
            String key, TlsPeer peer, GcpCredentials credentials, SSLContext tls, Duration patience) {
        URI endpoint = URI.create("https://127.0.0.1:" + peer.port());
        GcpKmsProperties properties = new GcpKmsProperties(GcpKeyName.parse(key).orElseThrow(), endpoint, patience);
        return GcpKmsRootKey.open(properties, RANDOM, credentials, tls);
    }

    private static byte[] wrapNew(RootKey key) {
        try (KeyMaterial material = KeyMaterial.generate(RANDOM)) {
            return key.wrap(material, CONTEXT);
        }
    }

    private static void opens(RootKey key, byte[] wrapped) {
        try (KeyMaterial opened = key.unwrap(wrapped, CONTEXT)) {
            assertThat(opened.exposeBytes()).isNotEqualTo(new byte[KeyMaterial.BYTES]);
        }
    }

    private static void wrapRefused(RootKey key) {
        assertThatThrownBy(() -> wrapNew(key))
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE));
    }

    private static void refuses(RootKey key, byte[] wrapped, ErrorCode code) {
        assertThatThrownBy(() -> key.unwrap(wrapped, CONTEXT).close())
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static void refusesInTime(RootKey key, byte[] wrapped) {
        long begin = System.nanoTime();
        refuses(key, wrapped, ErrorCode.KMS_UNAVAILABLE);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(SHORT.plusSeconds(1));
    }

    private static String trace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private static SSLContext trust(TestAuthority authority) {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("authority", authority.certificate());
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
