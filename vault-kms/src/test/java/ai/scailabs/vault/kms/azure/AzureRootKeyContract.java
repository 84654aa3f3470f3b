package ai.scailabs.vault.kms.azure;

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
import java.io.PrintWriter;
import java.io.StringWriter;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Azure's own SDK against a server that takes and gives what Microsoft publishes, and nothing else: what holds for Key Vault and Managed HSM alike. */
abstract class AzureRootKeyContract extends RootKeyContract {
    static final WrapContext CONTEXT = new WrapContext("ptn_acme", KeyId.of(new UUID(1, 2)), "partner-key");
    static final SecureRandom RANDOM = new SecureRandom();
    static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(600);

    final TestAuthority authority = new TestAuthority("ScaiVault test");
    final FakeEntra entra = new FakeEntra();
    StrictKeyVault vault;
    TlsPeer peer;
    AzureKmsRootKey root;
    private AzureKmsRootKey another;

    /** {@code vault.azure.net} or {@code managedhsm.azure.net}. */
    abstract String service();

    /** Of the key that wraps. */
    abstract String keyType();

    /** A root key with that key. */
    abstract AzureKmsProperties properties(AzureKeyUrl key, Duration patience);

    abstract void prepare(StrictKeyVault vault);

    String host() {
        return "acme." + service();
    }

    @BeforeEach
    void start() {
        vault = new StrictKeyVault("https://" + host(), "https://" + service(), entra.tokens());
        peer = new TlsPeer(authority.serverNamed(host()), vault::handle);
        prepare(vault);
        root = open(vault.createKey("root", keyType()), PATIENCE);
        another = open(vault.createKey("another", keyType()), PATIENCE);
    }

    @AfterEach
    void stop() {
        root.close();
        another.close();
        peer.close();
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
    void id_isTheKeysUrlWithoutItsVersion() {
        assertThat(root.id())
                .isEqualTo("azure:https://" + host() + "/keys/root")
                .isEqualTo(root.toString());
        AzureKeyUrl version =
                vault.createKey("named", keyType()).at(vault.key("named", 1).version());
        assertThat(open(version, PATIENCE).id()).isEqualTo("azure:https://" + host() + "/keys/named");
    }

    @Test
    void rotatedKey_opensWhatItsEarlierVersionsWrapped_byTheVersionThatWrapped() {
        byte[] old = wrapNew(root);
        vault.rotate("root", keyType());
        byte[] current = wrapNew(root);
        vault.operations();
        opens(root, old);
        assertThat(vault.operations()).last().asString().endsWith("root/1");
        opens(root, current);
        assertThat(vault.operations()).last().asString().endsWith("root/2");
        vault.enable("root", 1, false);
        refuses(root, old, ErrorCode.KMS_UNAVAILABLE);
        opens(root, current);
    }

    @Test
    void keyThatIsNamedWithItsVersion_wrapsByThatOne_andOpensOthers() {
        String first = vault.key("root", 1).version();
        vault.rotate("root", keyType());
        byte[] current = wrapNew(root);
        AzureKeyUrl key = AzureKeyUrl.parse("https://" + host() + "/keys/root").orElseThrow();
        try (AzureKmsRootKey pinned = open(key.at(first), PATIENCE)) {
            vault.operations();
            byte[] old = wrapNew(pinned);
            assertThat(vault.operations()).contains(wrapOperation() + " root/1");
            opens(pinned, current);
            opens(root, old);
        }
    }

    abstract String wrapOperation();

    @Test
    void versionThatIsDisabled_isKmsUnavailable_andOpensOnceItIsEnabled() {
        byte[] wrapped = wrapNew(root);
        vault.enable("root", 1, false);
        refuses(root, wrapped, ErrorCode.KMS_UNAVAILABLE);
        assertThatThrownBy(() -> wrapNew(root))
                .satisfies(e -> assertThat(trace(e)).contains("HTTP 403 Forbidden/KeyDisabled"));
        vault.enable("root", 1, true);
        opens(root, wrapped);
    }

    @ParameterizedTest
    @CsvSource({
        "429, Throttled, 3",
        "500, InternalError, 3",
        "503, ServiceUnavailable, 3",
        "408, RequestTimeout, 3",
        "403, Forbidden, 1",
        "404, KeyNotFound, 1",
        "409, Conflict, 1"
    })
    void whatAzureDoesNotDo_isKmsUnavailable_triedAgainWhereThatHelps_andItsReasonIsNotForCallers(
            int status, String code, int tries) {
        byte[] wrapped = wrapNew(root);
        opens(root, wrapped);
        peer.says(status, Map.of(), StrictKeyVault.error(status, code, null).body());
        refuses(root, wrapped, ErrorCode.KMS_UNAVAILABLE);
        assertThat(peer.calls()).isEqualTo(tries);
        assertThatThrownBy(() -> wrapNew(root))
                .satisfies(e -> assertThat(trace(e))
                        .contains("HTTP " + status + " " + code)
                        .doesNotContain("not for callers"));
        peer.serves();
        opens(root, wrapped);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>", "{}", "[]", "null", "{\"value\":\"AAAA\"}", "{\"kid\":7,\"value\":{}}"})
    void answersThatMakeNoSense_areKmsUnavailable(String body) {
        byte[] wrapped = wrapNew(root);
        opens(root, wrapped);
        peer.says(200, Map.of(), body);
        refuses(root, wrapped, ErrorCode.KMS_UNAVAILABLE);
        wrapRefused(root);
        peer.says(400, Map.of(), body);
        refuses(root, wrapped, ErrorCode.KMS_UNAVAILABLE);
    }

    @Test
    void answerOfAnotherKey_givesAndStoresNothing() {
        byte[] wrapped = wrapNew(root);
        String base = "https://" + host() + "/keys/";
        String version = vault.key("root", 1).version();
        String otherVersion = vault.rotate("root", keyType());
        for (String kid : new String[] {
            base + "another/" + version,
            base + "root/" + otherVersion,
            base + "root",
            "https://evil." + service() + "/keys/root/" + version,
            "https://evil.example/keys/root/" + version
        }) {
            vault.namesInstead(kid);
            refuses(root, wrapped, ErrorCode.KMS_UNAVAILABLE);
        }
        vault.namesInstead(base + "another/" + version);
        wrapRefused(root);
        vault.namesInstead(base + "root");
        wrapRefused(root);
    }

    @Test
    void pauseThatAzureAsksFor_isKept_ifThereIsTime() {
        byte[] wrapped = wrapNew(root);
        opens(root, wrapped);
        peer.saysFor(1, new TlsPeer.Response(429, Map.of("retry-after-ms", "700", "Retry-After", "30"), "{}"));
        long begin = System.nanoTime();
        opens(root, wrapped);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(700));
        peer.saysFor(1, new TlsPeer.Response(429, Map.of("Retry-After", "1"), "{}"));
        opens(root, wrapped);
        peer.saysFor(1, new TlsPeer.Response(429, Map.of("Retry-After", "30"), "{}"));
        refuses(root, wrapped, ErrorCode.KMS_UNAVAILABLE);
        assertThat(peer.calls()).isEqualTo(1);
    }

    @Test
    void vaultThatHangsDripsOrHangsUp_isKmsUnavailableInTime_andServesAgainWithoutARestart() {
        byte[] wrapped = wrapNew(root);
        CountDownLatch end = new CountDownLatch(1);
        AzureKeyUrl url = AzureKeyUrl.parse("https://" + host() + "/keys/root").orElseThrow();
        try (AzureKmsRootKey key = open(url, SHORT)) {
            opens(root, wrapped);
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
    void serverThatNobodyVouchesFor_isShownNothing() {
        byte[] wrapped = wrapNew(root);
        AzureKeyUrl key = AzureKeyUrl.parse("https://" + host() + "/keys/root").orElseThrow();
        TestAuthority foreign = new TestAuthority("Somebody else");
        try (TlsPeer impostor = new TlsPeer(foreign.serverNamed(host()), vault::handle);
                TlsPeer otherName = new TlsPeer(authority.serverNamed("evil." + service()), vault::handle);
                AzureKmsRootKey first = open(properties(key, PATIENCE), impostor);
                AzureKmsRootKey second = open(properties(key, PATIENCE), otherName)) {
            refuses(first, wrapped, ErrorCode.KMS_UNAVAILABLE);
            refuses(second, wrapped, ErrorCode.KMS_UNAVAILABLE);
            assertThat(impostor.calls() + otherName.calls()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 307, 308})
    void redirection_isNotFollowed(int status) {
        byte[] wrapped = wrapNew(root);
        opens(root, wrapped);
        peer.says(status, Map.of("Location", "https://" + host() + "/keys/root/elsewhere"), "");
        refuses(root, wrapped, ErrorCode.KMS_UNAVAILABLE);
        assertThat(peer.calls()).isEqualTo(1);
        wrapRefused(root);
    }

    @Test
    void tokens_areAskedForTheServiceAlone() {
        wrapNew(root);
        assertThat(entra.asked()).isNotEmpty().containsOnly("https://" + service() + "/.default");
    }

    @Test
    void tokenThatExpired_isReplaced() {
        byte[] wrapped = wrapNew(root);
        opens(root, wrapped);
        entra.asked();
        entra.expireAll();
        opens(root, wrapped);
        assertThat(entra.asked()).isNotEmpty();
    }

    @Test
    void tokenThatIsAboutToExpire_isReplacedBefore() {
        entra.livesFor(Duration.ofSeconds(1));
        byte[] wrapped = wrapNew(root);
        entra.asked();
        opens(root, wrapped);
        assertThat(entra.asked()).isNotEmpty();
    }

    @Test
    void credentialThatFails_isKmsUnavailable_andAskedAgain() {
        entra.fails(true);
        assertThatThrownBy(() -> wrapNew(root))
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE))
                .satisfies(e -> assertThat(trace(e)).doesNotContain("not for logs"));
        entra.fails(false);
        opens(root, wrapNew(root));
    }

    @Test
    void challengeOfAnotherTenant_bringsNoToken() {
        String host = "steering-tenant." + service();
        StrictKeyVault steering = new StrictKeyVault("https://" + host, "https://" + service(), entra.tokens());
        steering.challengesWith("eeeeeeee-0000-4000-8000-000000000666", "");
        noTokenFor(host, steering);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://management.azure.com", "https://azure.net", "https://net", "https://storage.azure.com"})
    void challengeForAnotherResource_bringsNoToken(String resource) {
        String host = "steering" + resource.length() + "." + service();
        StrictKeyVault steering = new StrictKeyVault("https://" + host, "https://" + service(), entra.tokens());
        steering.challengesWith(FakeEntra.TENANT, resource);
        noTokenFor(host, steering);
        assertThat(entra.asked()).isEmpty();
    }

    private void noTokenFor(String host, StrictKeyVault steering) {
        try (TlsPeer there = new TlsPeer(authority.serverNamed(host), steering::handle)) {
            prepare(steering);
            AzureKeyUrl key = steering.createKey("root", keyType());
            try (AzureKmsRootKey steered = AzureKmsRootKey.open(
                    properties(key, PATIENCE),
                    RANDOM,
                    Clock.systemUTC(),
                    entra,
                    LoopbackNames.client(
                            Map.of(host(), peer.port(), host, there.port()), authority, PATIENCE.dividedBy(2)))) {
                wrapRefused(steered);
                assertThat(steering.operations()).isEmpty();
                assertThat(entra.tokens()).isEmpty();
            }
        }
    }

    @Test
    void whatAzureSendsBack_isInNoErrorAndNoCause() {
        wrapNew(root);
        try (KeyMaterial material = KeyMaterial.generate(RANDOM)) {
            String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(material.exposeBytes());
            for (int status : new int[] {200, 400, 403, 500}) {
                peer.echoes(status);
                assertThatThrownBy(() -> root.wrap(material, CONTEXT))
                        .satisfies(e -> assertThat(trace(e)).doesNotContain(secret.substring(4, 20)));
            }
        }
    }

    AzureKmsRootKey open(AzureKeyUrl key, Duration patience) {
        return open(properties(key, patience), peer);
    }

    AzureKmsRootKey open(AzureKmsProperties properties, TlsPeer peer) {
        return AzureKmsRootKey.open(
                properties,
                RANDOM,
                clock(),
                entra,
                LoopbackNames.client(
                        Map.of(host(), peer.port()),
                        authority,
                        properties.patience().dividedBy(2)));
    }

    Clock clock() {
        return Clock.systemUTC();
    }

    static byte[] wrapNew(RootKey key) {
        try (KeyMaterial material = KeyMaterial.generate(RANDOM)) {
            return key.wrap(material, CONTEXT);
        }
    }

    static void opens(RootKey key, byte[] wrapped) {
        try (KeyMaterial opened = key.unwrap(wrapped, CONTEXT)) {
            assertThat(opened.exposeBytes()).isNotEqualTo(new byte[KeyMaterial.BYTES]);
        }
    }

    static void wrapRefused(RootKey key) {
        assertThatThrownBy(() -> wrapNew(key))
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE));
    }

    static void refuses(RootKey key, byte[] wrapped, ErrorCode code) {
        assertThatThrownBy(() -> key.unwrap(wrapped, CONTEXT).close())
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static void refusesInTime(RootKey key, byte[] wrapped) {
        long begin = System.nanoTime();
        refuses(key, wrapped, ErrorCode.KMS_UNAVAILABLE);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(SHORT.plusSeconds(1));
    }

    static String trace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
