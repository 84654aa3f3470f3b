package ai.scailabs.vault.kms.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.crypto.hsm.HsmKeyKind;
import ai.scailabs.vault.crypto.hsm.HsmKeyName;
import ai.scailabs.vault.crypto.hsm.HsmKeys;
import ai.scailabs.vault.crypto.hsm.HsmScheme;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kms.guard.GuardedHsmKeys;
import ai.scailabs.vault.testkit.TestSoftHsm;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against SoftHSM2. */
class Pkcs11KeysTest {
    private static final byte[] MESSAGE = "to be signed".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SHA256_PREFIX = HexFormat.of().parseHex("3031300d060960864801650304020105000420");

    @TempDir
    static Path folder;

    private static TestSoftHsm.Token token;
    private static TestSoftHsm.Token travelling;
    private static Pkcs11Keys keys;

    @BeforeAll
    static void tokens() {
        TestSoftHsm hsm = TestSoftHsm.empty();
        token = hsm.token("authorities");
        travelling = hsm.token("on-the-way");
        keys = new Pkcs11Keys(of(token));
        // Where a test before this one has just had the library initialised anew, that takes a second.
        probesWithin(keys, Duration.ofSeconds(5));
    }

    @AfterAll
    static void close() {
        keys.close();
    }

    @ParameterizedTest
    @EnumSource(HsmKeyKind.class)
    void keyOfEveryKind_signsWhatItsPublicHalfVerifies(HsmKeyKind kind) throws GeneralSecurityException {
        HsmKeyName name = name(kind.name(), 1);
        PublicKey key = keys.make(kind, name);
        assertThat(bits(key)).isEqualTo(kind.bits());
        assertThat(verifies(kind, key, keys.sign(kind, name, scheme(kind), digested(kind))))
                .isTrue();
        try (Pkcs11Keys another = new Pkcs11Keys(of(token))) {
            assertThat(verifies(kind, key, another.sign(kind, name, scheme(kind), digested(kind))))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 384, 512})
    void rsaKey_signsWithAMaskAndASalt(int bits) throws GeneralSecurityException {
        HsmKeyName name = name("pss-" + bits, 1);
        PublicKey key = keys.make(HsmKeyKind.RSA_2048, name);
        byte[] hash = MessageDigest.getInstance("SHA-" + bits).digest(MESSAGE);
        Signature engine = Signature.getInstance("RSASSA-PSS");
        engine.setParameter(
                new PSSParameterSpec("SHA-" + bits, "MGF1", new MGF1ParameterSpec("SHA-" + bits), bits / 8, 1));
        engine.initVerify(key);
        engine.update(MESSAGE);
        assertThat(engine.verify(keys.sign(HsmKeyKind.RSA_2048, name, HsmScheme.RSA_PSS, hash)))
                .isTrue();
    }

    @Test
    void keysInTheToken_areSensitive_neverExtractable_andSignOnly() {
        keys.make(HsmKeyKind.EC_P256, name("looked-at", 1));
        assertThat(token.objects().lines().map(String::strip).toList())
                .contains("label:      looked-at")
                .contains("Usage:      sign")
                .contains("Access:     sensitive, always sensitive, never extractable, local")
                .noneMatch(line -> line.startsWith("Public Key Object"))
                .noneMatch(line -> line.startsWith("Usage:") && !line.endsWith(" sign"));
    }

    @Test
    void anotherIdOrLabelOrKind_findsNoKey() {
        HsmKeyName name = name("mine", 1);
        keys.make(HsmKeyKind.EC_P256, name);
        refuses(HsmKeyKind.EC_P256, name("mine", 2));
        refuses(HsmKeyKind.EC_P256, name("yours", 1));
        refuses(HsmKeyKind.RSA_2048, name);
        isNotThere(name("mine", 2));
        isNotThere(name("yours", 1));
        keys.sign(HsmKeyKind.EC_P256, name, HsmScheme.ECDSA, new byte[32]);
    }

    @Test
    void keyThatIsMadeAgain_takesThePlaceOfTheOneBefore() throws GeneralSecurityException {
        HsmKeyName name = name("again", 1);
        PublicKey before = keys.make(HsmKeyKind.EC_P384, name);
        keys.sign(HsmKeyKind.EC_P384, name, HsmScheme.ECDSA, new byte[48]);
        PublicKey after = keys.make(HsmKeyKind.EC_P384, name);
        assertThat(after).isNotEqualTo(before);
        byte[] signature = keys.sign(HsmKeyKind.EC_P384, name, HsmScheme.ECDSA, digested(HsmKeyKind.EC_P384));
        assertThat(verifies(HsmKeyKind.EC_P384, after, signature)).isTrue();
    }

    @Test
    void destroyedKey_isGoneForEveryInstance() {
        HsmKeyName name = name("ending", 1);
        keys.make(HsmKeyKind.EC_P256, name);
        try (Pkcs11Keys another = new Pkcs11Keys(of(token))) {
            another.sign(HsmKeyKind.EC_P256, name, HsmScheme.ECDSA, new byte[32]);
            assertThat(keys.destroy(name)).isTrue();
            isNotThere(name);
            assertThatThrownBy(() -> another.sign(HsmKeyKind.EC_P256, name, HsmScheme.ECDSA, new byte[32]))
                    .isInstanceOf(VaultException.class);
        }
        refuses(HsmKeyKind.EC_P256, name);
    }

    @Test
    void tokenTakenOut_isHsmUnavailable_andSignsOnceItIsBack() {
        HsmKeyName name = name("travels", 1);
        try (Pkcs11Keys away = new Pkcs11Keys(of(travelling))) {
            away.make(HsmKeyKind.EC_P256, name);
            HsmKeyName others = name("stays", 1);
            keys.make(HsmKeyKind.EC_P256, others);
            travelling.takeOut();
            try {
                assertThatThrownBy(() -> away.sign(HsmKeyKind.EC_P256, name, HsmScheme.ECDSA, new byte[32]))
                        .isInstanceOfSatisfying(VaultException.class, e -> {
                            assertThat(e.code()).isEqualTo(ErrorCode.HSM_UNAVAILABLE);
                            assertThat(e.getMessage()).doesNotContain(travelling.label());
                        });
                keys.sign(HsmKeyKind.EC_P256, others, HsmScheme.ECDSA, new byte[32]);
            } finally {
                travelling.putBack();
            }
            signsWithin(away, name, Duration.ofSeconds(5));
        }
    }

    @Test
    void keyOfATokenThatIsOut_isNotTakenToBeDestroyed_andIsOnceItIsBack() {
        HsmKeyName name = name("ends-later", 1);
        try (Pkcs11Keys away = new Pkcs11Keys(of(travelling))) {
            away.make(HsmKeyKind.EC_P256, name);
            travelling.takeOut();
            try {
                for (int i = 0; i < 3; i++) {
                    assertThatThrownBy(() -> away.destroy(name))
                            .isInstanceOfSatisfying(
                                    VaultException.class,
                                    e -> assertThat(e.code()).isEqualTo(ErrorCode.HSM_UNAVAILABLE));
                }
            } finally {
                travelling.putBack();
            }
            within(() -> assertThat(away.destroy(name)).isTrue(), Duration.ofSeconds(5));
            assertThat(travelling.objects()).doesNotContain("ends-later");
        }
    }

    @Test
    void tokenThatIsNotThereAtTheStart_isFoundLater() {
        travelling.takeOut();
        try (Pkcs11Keys late = new Pkcs11Keys(of(travelling))) {
            assertThatThrownBy(late::probe)
                    .isInstanceOfSatisfying(
                            VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.HSM_UNAVAILABLE));
            travelling.putBack();
            probesWithin(late, Duration.ofSeconds(5));
        }
    }

    @Test
    void hangingToken_isLeftAloneAfterAFewCalls_andNoMoreWaitThanMay() throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        try (HsmCalls<SigningSession> calls = new HsmCalls<>(
                new Pkcs11Token(TestSoftHsm.library(), token.label(), pin(), 1, Duration.ofMillis(100)),
                new SigningSession.Opener(),
                2,
                ErrorCode.HSM_UNAVAILABLE)) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> calls.call(session -> hang(end))).hasMessageContaining("100 ms");
            }
            assertThatThrownBy(() -> calls.call(session -> hang(end))).hasMessageContaining("too many");
            end.countDown();
        }
        GuardedHsmKeys guarded = new GuardedHsmKeys(new Hanging(), "test", Duration.ofMinutes(1));
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(guarded::probe).isInstanceOf(VaultException.class);
        }
        assertThat(guarded.isLeftAlone()).isTrue();
        assertThatThrownBy(() -> guarded.sign(HsmKeyKind.EC_P256, name("any", 1), HsmScheme.ECDSA, new byte[32]))
                .hasMessageContaining("not asked for the moment");
    }

    private static void refuses(HsmKeyKind kind, HsmKeyName name) {
        assertThatThrownBy(() -> keys.sign(kind, name, scheme(kind), new byte[32]))
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTEGRITY_FAILURE));
    }

    /** That is certain once the library was initialised anew, at most once a second. */
    private static void isNotThere(HsmKeyName name) {
        within(() -> assertThat(keys.destroy(name)).isFalse(), Duration.ofSeconds(5));
    }

    private static long hang(CountDownLatch end) {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 1;
    }

    /** The library is initialised anew at most once a second. */
    private static void signsWithin(HsmKeys keys, HsmKeyName name, Duration limit) {
        within(() -> keys.sign(HsmKeyKind.EC_P256, name, HsmScheme.ECDSA, new byte[32]), limit);
    }

    private static void probesWithin(HsmKeys keys, Duration limit) {
        within(keys::probe, limit);
    }

    private static void within(Runnable call, Duration limit) {
        long begin = System.nanoTime();
        while (true) {
            try {
                call.run();
                return;
            } catch (VaultException notYet) {
                assertThat(notYet.code()).isEqualTo(ErrorCode.HSM_UNAVAILABLE);
                assertThat(System.nanoTime() - begin).isLessThan(limit.toNanos());
            }
        }
    }

    private static HsmScheme scheme(HsmKeyKind kind) {
        return kind.isRsa() ? HsmScheme.RSA_PKCS1 : HsmScheme.ECDSA;
    }

    private static byte[] digested(HsmKeyKind kind) throws GeneralSecurityException {
        byte[] hash = MessageDigest.getInstance(kind == HsmKeyKind.EC_P384 ? "SHA-384" : "SHA-256")
                .digest(MESSAGE);
        if (!kind.isRsa()) {
            return hash;
        }
        byte[] info = Arrays.copyOf(SHA256_PREFIX, SHA256_PREFIX.length + hash.length);
        System.arraycopy(hash, 0, info, SHA256_PREFIX.length, hash.length);
        return info;
    }

    private static boolean verifies(HsmKeyKind kind, PublicKey key, byte[] signature) throws GeneralSecurityException {
        Signature engine = Signature.getInstance(
                kind.isRsa()
                        ? "SHA256withRSA"
                        : kind == HsmKeyKind.EC_P384 ? "SHA384withECDSAinP1363Format" : "SHA256withECDSAinP1363Format");
        engine.initVerify(key);
        engine.update(MESSAGE);
        return engine.verify(signature);
    }

    private static int bits(PublicKey key) {
        BigInteger size = key instanceof RSAPublicKey rsa
                ? rsa.getModulus()
                : ((ECPublicKey) key).getParams().getOrder();
        return size.bitLength();
    }

    private static HsmKeyName name(String label, int id) {
        return new HsmKeyName(new byte[] {(byte) id, 7}, label);
    }

    private static Path pin() {
        return TestSoftHsm.pinFile(folder);
    }

    private static Pkcs11Token of(TestSoftHsm.Token token) {
        return new Pkcs11Token(TestSoftHsm.library(), token.label(), pin(), 2, Duration.ofSeconds(5));
    }

    /** Never answers in time. */
    private static final class Hanging implements HsmKeys {
        private static VaultException late() {
            return new VaultException(ErrorCode.HSM_UNAVAILABLE, "late");
        }

        @Override
        public PublicKey make(HsmKeyKind kind, HsmKeyName name) {
            throw late();
        }

        @Override
        public byte[] sign(HsmKeyKind kind, HsmKeyName name, HsmScheme scheme, byte[] octets) {
            throw late();
        }

        @Override
        public boolean destroy(HsmKeyName name) {
            throw late();
        }

        @Override
        public void probe() {
            throw late();
        }
    }
}
