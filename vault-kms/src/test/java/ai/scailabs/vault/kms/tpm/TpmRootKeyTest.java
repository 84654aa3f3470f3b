package ai.scailabs.vault.kms.tpm;

import static ai.scailabs.vault.kms.tpm.TestTpmKeys.HANDLE;
import static ai.scailabs.vault.kms.tpm.TestTpmKeys.RANDOM;
import static ai.scailabs.vault.kms.tpm.TestTpmKeys.properties;
import static ai.scailabs.vault.kms.tpm.TestTpmKeys.refusesToOpen;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.crypto.envelope.KeyWrap;
import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.RootKeyContract;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.testkit.TestSwtpm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against swtpm. */
class TpmRootKeyTest extends RootKeyContract {
    private static final WrapContext CONTEXT = new WrapContext("ptn_acme", KeyId.of(new UUID(1, 2)), "partner-key");
    private static final String GUARDED = "0x81000101";
    private static final String WITH_LOCKOUT = TestSwtpm.ATTRIBUTES.replace("|noda", "");

    @TempDir
    static Path folder;

    private static TestSwtpm tpm;
    private static TestSwtpm otherTpm;
    private static Path auth;
    private static TpmRootKey root;
    private static TpmRootKey another;

    @BeforeAll
    static void start() {
        auth = TestSwtpm.authFile(folder);
        tpm = TestSwtpm.start().key(HANDLE);
        otherTpm = TestSwtpm.start().key(HANDLE);
        root = open(tpm, HANDLE);
        another = open(otherTpm, HANDLE);
    }

    @AfterAll
    static void stop() {
        root.close();
        another.close();
        tpm.close();
        otherTpm.close();
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
    void id_isTheNameThatTheTpmGivesTheKey() {
        try (TestSwtpm own = TestSwtpm.start().key(HANDLE)) {
            own.tool("tpm2_readpublic", "-Q", "-c", HANDLE, "-n", "name");
            try (TpmRootKey key = open(own, HANDLE)) {
                assertThat(key.id())
                        .isEqualTo("tpm:" + HexFormat.of().formatHex(bytes(own, "name")))
                        .isEqualTo(key.toString());
            }
        }
    }

    @Test
    void wrappedKey_opensWithOtherPeoplesTools() throws Exception {
        try (TestSwtpm own = TestSwtpm.start().key(HANDLE);
                KeyMaterial material = KeyMaterial.generate(RANDOM)) {
            byte[] wrapped;
            try (TpmRootKey key = open(own, HANDLE)) {
                wrapped = key.wrap(material, CONTEXT);
            }
            assertThat(wrapped).hasSize(113);
            ByteArrayOutputStream message = new ByteArrayOutputStream();
            message.writeBytes("scaivault tpm root key wrap v1".getBytes(StandardCharsets.US_ASCII));
            message.write(wrapped, 9, 32);
            message.writeBytes(MessageDigest.getInstance("SHA-256").digest(CONTEXT.bytes()));
            Files.write(own.folder().resolve("message"), message.toByteArray());
            own.tool("tpm2_hmac", "-Q", "-c", HANDLE, "-p", TestSwtpm.AUTH_VALUE, "-o", "once", "message");
            try (KeyMaterial once = KeyMaterial.copyOf(bytes(own, "once"));
                    KeyMaterial opened = KeyWrap.unwrap(once, wrapped, Arrays.copyOf(wrapped, 41), CONTEXT.bytes())) {
                assertThat(opened).isEqualTo(material);
            }
        }
    }

    @Test
    void sameKey_isOpenedByAnotherInstance_alsoAfterTheTpmLostPower() {
        try (TestSwtpm own = TestSwtpm.start().key(HANDLE)) {
            byte[] wrapped;
            try (TpmRootKey key = open(own, HANDLE)) {
                wrapped = wrapNew(key);
            }
            own.restart();
            try (TpmRootKey key = open(own, HANDLE)) {
                key.unwrap(wrapped, CONTEXT).close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tpmStoppedOrKilled_isKmsUnavailable_andWorksOnceItIsBack(boolean inOrder) {
        try (TestSwtpm own = TestSwtpm.start().key(HANDLE);
                TpmRootKey key = open(own, HANDLE)) {
            byte[] wrapped = wrapNew(key);
            if (inOrder) {
                own.stop();
            } else {
                own.kill9();
            }
            refuses(key, wrapped, ErrorCode.KMS_UNAVAILABLE);
            assertThatThrownBy(() -> wrapNew(key))
                    .isInstanceOfSatisfying(
                            VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE));
            own.restart();
            key.unwrap(wrapped, CONTEXT).close();
            key.unwrap(wrapNew(key), CONTEXT).close();
        }
    }

    @Test
    void tpmRestartedBetweenTwoCalls_isNotNoticed() {
        try (TestSwtpm own = TestSwtpm.start().key(HANDLE);
                TpmRootKey key = open(own, HANDLE)) {
            byte[] wrapped = wrapNew(key);
            own.restart();
            key.unwrap(wrapped, CONTEXT).close();
        }
    }

    /** More often than a TPM has room for sessions that nobody ended. */
    @Test
    void haltedTpm_isKmsUnavailableInTime_andWorksOnceItGoesOn_timeAndAgain() {
        try (TestSwtpm own = TestSwtpm.start().key(HANDLE);
                TpmRootKey key = TpmRootKey.open(
                        properties(new TpmAddress.File(own.socket()), HANDLE, auth, Duration.ofMillis(300)), RANDOM)) {
            byte[] wrapped = wrapNew(key);
            for (int i = 0; i < 6; i++) {
                own.halt();
                long begin = System.nanoTime();
                refuses(key, wrapped, ErrorCode.KMS_UNAVAILABLE);
                refuses(key, wrapped, ErrorCode.KMS_UNAVAILABLE);
                refuses(key, wrapped, ErrorCode.KMS_UNAVAILABLE);
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
                own.resume();
                opensWithin(key, wrapped, Duration.ofSeconds(5));
            }
        }
    }

    @Test
    void closedKey_leavesNoSession() {
        try (TestSwtpm own = TestSwtpm.start().key(HANDLE)) {
            open(own, HANDLE).close();
            assertThat(own.sessions()).isZero();
        }
    }

    @Test
    void twoKeysInOneTpm_shareItsOneConnection_andNothingElse() {
        try (TestSwtpm own = TestSwtpm.start().key(HANDLE).key(GUARDED);
                TpmRootKey one = open(own, HANDLE);
                TpmRootKey two = open(own, GUARDED)) {
            byte[] wrapped = wrapNew(one);
            refuses(two, wrapped, ErrorCode.INTEGRITY_FAILURE);
            own.restart();
            byte[] other = wrapNew(two);
            one.unwrap(wrapped, CONTEXT).close();
            two.close();
            one.unwrap(wrapped, CONTEXT).close();
            try (TpmRootKey again = open(own, GUARDED)) {
                again.unwrap(other, CONTEXT).close();
            }
            one.unwrap(wrapped, CONTEXT).close();
        }
    }

    @Test
    void anotherTpmWithAKeyAtTheSameHandle_isNotUsed() {
        try (TestSwtpm own = TestSwtpm.start().key(HANDLE);
                TestSwtpm foreign = TestSwtpm.start().key(HANDLE);
                TpmRootKey key = open(own, HANDLE)) {
            byte[] wrapped = wrapNew(key);
            TestSwtpm.exchange(own, foreign);
            assertThatThrownBy(() -> wrapNew(key)).isInstanceOfSatisfying(VaultException.class, e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE);
                assertThat(e).cause().hasMessageContaining("another key lies at " + HANDLE);
            });
            refuses(key, wrapped, ErrorCode.KMS_UNAVAILABLE);
            TestSwtpm.exchange(own, foreign);
            key.unwrap(wrapped, CONTEXT).close();
        }
    }

    @Test
    void keyReplacedOnTheSameTpm_isNotUsed_andOneThatIsGoneIsMissed() {
        try (TestSwtpm own = TestSwtpm.start().key(HANDLE);
                FaultyTpm between = new FaultyTpm(own.socket());
                TpmRootKey key = TpmRootKey.open(properties(between.address(), auth), RANDOM)) {
            byte[] wrapped = wrapNew(key);
            own.restart();
            own.remove(HANDLE);
            refuses(key, wrapped, ErrorCode.KMS_UNAVAILABLE);
            own.restart();
            own.key(HANDLE);
            refuses(key, wrapped, ErrorCode.KMS_UNAVAILABLE);
        }
    }

    @Test
    void sessionsThatTheTpmLost_areNotNoticed() {
        try (TestSwtpm own = TestSwtpm.start().key(HANDLE);
                FaultyTpm between = new FaultyTpm(own.socket());
                TpmRootKey key = TpmRootKey.open(properties(between.address(), auth), RANDOM)) {
            byte[] wrapped = wrapNew(key);
            for (int i = 0; i < 3; i++) {
                own.restart();
                key.unwrap(wrapped, CONTEXT).close();
            }
        }
    }

    @Test
    void wrongAuthValue_isRefused_andCountedOnce() throws IOException {
        try (TestSwtpm own = TestSwtpm.start().key(GUARDED, "hmac", WITH_LOCKOUT)) {
            Path wrong = Files.writeString(folder.resolve("wrong"), "x".repeat(24));
            refusesToOpen(properties(own, GUARDED, wrong), "the TPM refuses the auth value in " + wrong);
            for (int i = 0; i < 20; i++) {
                refusesToOpen(properties(own, GUARDED, wrong), "is not tried again before it changes");
            }
            assertThat(own.failures()).isEqualTo(1);
            assertThat(own.sessions()).isZero();
            Files.writeString(wrong, TestSwtpm.AUTH_VALUE);
            TpmRootKey.open(properties(own, GUARDED, wrong), RANDOM).close();
        }
    }

    @Test
    void authValueThatBecomesWrong_isNotTriedAgainAndAgain_untilTheFileChanges() throws IOException {
        try (TestSwtpm own = TestSwtpm.start().key(GUARDED, "hmac", WITH_LOCKOUT)) {
            Path changing = Files.writeString(folder.resolve("changing"), TestSwtpm.AUTH_VALUE);
            byte[] wrapped;
            try (TpmRootKey key = TpmRootKey.open(properties(own, GUARDED, changing), RANDOM)) {
                wrapped = wrapNew(key);
                Files.writeString(changing, "x".repeat(24));
                for (int i = 0; i < 20; i++) {
                    refuses(key, wrapped, ErrorCode.KMS_UNAVAILABLE);
                }
                Files.writeString(changing, TestSwtpm.AUTH_VALUE);
                key.unwrap(wrapped, CONTEXT).close();
            }
            // Once in the session that was there, once in a new one; three lock this TPM.
            assertThat(own.failures()).isEqualTo(2);
            assertThat(own.sessions()).isZero();
        }
    }

    @Test
    void authFileThatGoes_isKmsUnavailable_untilItIsBack() throws IOException {
        try (TestSwtpm own = TestSwtpm.start().key(HANDLE)) {
            Path going = Files.writeString(folder.resolve("going"), TestSwtpm.AUTH_VALUE);
            try (TpmRootKey key = TpmRootKey.open(properties(own, HANDLE, going), RANDOM)) {
                byte[] wrapped = wrapNew(key);
                Files.delete(going);
                refuses(key, wrapped, ErrorCode.KMS_UNAVAILABLE);
                Files.writeString(going, TestSwtpm.AUTH_VALUE);
                key.unwrap(wrapped, CONTEXT).close();
            }
            assertThat(own.sessions()).isZero();
        }
    }

    @Test
    void lockedOutTpm_isKmsUnavailable_andServesOnceTheLockoutEnds() {
        try (TestSwtpm own = TestSwtpm.start().key(GUARDED, "hmac", WITH_LOCKOUT)) {
            byte[] wrapped;
            try (TpmRootKey key = open(own, GUARDED)) {
                wrapped = wrapNew(key);
            }
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> own.tool("tpm2_hmac", "-c", GUARDED, "-p", "wrong", "/dev/null"))
                        .isInstanceOf(IllegalStateException.class);
            }
            refusesToOpen(properties(own, GUARDED, auth), "the TPM answers LOCKOUT");
            own.tool("tpm2_dictionarylockout", "-Q", "--clear-lockout");
            try (TpmRootKey key = open(own, GUARDED)) {
                key.unwrap(wrapped, CONTEXT).close();
            }
        }
    }

    @Test
    void characterDevice_carriesTheSame() {
        try (TestSwtpm own = TestSwtpm.start().key(HANDLE);
                TestSwtpm.Device device = own.device();
                TpmRootKey key = TpmRootKey.open(properties(new TpmAddress.File(device.path()), auth), RANDOM)) {
            byte[] wrapped = wrapNew(key);
            key.unwrap(wrapped, CONTEXT).close();
            device.close();
            refuses(key, wrapped, ErrorCode.KMS_UNAVAILABLE);
        }
    }

    @Test
    void characterDeviceThatHangs_isKmsUnavailableInTime() {
        try (TestSwtpm own = TestSwtpm.start().key(HANDLE);
                TestSwtpm.Device device = own.device();
                TpmRootKey key = TpmRootKey.open(
                        properties(new TpmAddress.File(device.path()), HANDLE, auth, Duration.ofMillis(300)), RANDOM)) {
            byte[] wrapped = wrapNew(key);
            own.halt();
            for (int i = 0; i < 3; i++) {
                long begin = System.nanoTime();
                refuses(key, wrapped, ErrorCode.KMS_UNAVAILABLE);
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
            }
            own.resume();
            opensWithin(key, wrapped, Duration.ofSeconds(5));
        }
    }

    @Test
    void manyThreads_eachGetTheirOwnKey() throws Exception {
        List<Callable<Boolean>> calls = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            WrapContext context = new WrapContext("ptn_" + i, KeyId.of(new UUID(3, i)), "partner-key");
            calls.add(() -> {
                try (KeyMaterial material = KeyMaterial.generate(RANDOM);
                        KeyMaterial opened = root.unwrap(root.wrap(material, context), context)) {
                    return opened.equals(material);
                }
            });
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(64)) {
            for (Future<Boolean> opened : threads.invokeAll(calls)) {
                assertThat(opened.get()).isTrue();
            }
        }
    }

    private static byte[] bytes(TestSwtpm tpm, String file) {
        try {
            return Files.readAllBytes(tpm.folder().resolve(file));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] wrapNew(RootKey key) {
        try (KeyMaterial material = KeyMaterial.generate(RANDOM)) {
            return key.wrap(material, CONTEXT);
        }
    }

    private static void refuses(RootKey key, byte[] wrapped, ErrorCode code) {
        assertThatThrownBy(() -> key.unwrap(wrapped, CONTEXT).close())
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static void opensWithin(RootKey key, byte[] wrapped, Duration limit) {
        long begin = System.nanoTime();
        while (true) {
            try {
                key.unwrap(wrapped, CONTEXT).close();
                return;
            } catch (VaultException notYet) {
                assertThat(notYet.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE);
                assertThat(System.nanoTime() - begin).isLessThan(limit.toNanos());
            }
        }
    }

    private static TpmRootKey open(TestSwtpm tpm, String handle) {
        return TpmRootKey.open(properties(tpm, handle, auth), RANDOM);
    }
}
