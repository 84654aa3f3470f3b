package ai.scailabs.vault.kms.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.RootKeyContract;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.testkit.TestSoftHsm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against SoftHSM2. */
class Pkcs11RootKeyTest extends RootKeyContract {
    private static final WrapContext CONTEXT = new WrapContext("ptn_acme", KeyId.of(new UUID(1, 2)), "partner-key");
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    static Path folder;

    private static TestSoftHsm.Token guarded;
    private static TestSoftHsm.Token travelling;
    private static Path pin;
    private static Pkcs11RootKey root;
    private static Pkcs11RootKey another;

    @BeforeAll
    static void tokens() {
        TestSoftHsm hsm = TestSoftHsm.empty();
        hsm.token("main")
                .key("root")
                .key("another")
                .key("extractable", "AES:32", "--sensitive", "--extractable")
                .key("visible", "AES:32")
                .key("short", "AES:16", "--sensitive")
                .key("twice")
                .key("twice", "AES:32", "--sensitive", "--id=02");
        travelling = hsm.token("travelling").key("root");
        guarded = hsm.token("guarded").key("root");
        hsm.token("double").key("root");
        hsm.token("double").key("root");
        pin = TestSoftHsm.pinFile(folder);
        root = Pkcs11RootKey.open(properties("main", "root"), RANDOM);
        another = Pkcs11RootKey.open(properties("main", "another"), RANDOM);
    }

    @AfterAll
    static void close() {
        root.close();
        another.close();
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
    void tokenTakenOut_isKmsUnavailable_andWorksOnceItIsBack() {
        try (Pkcs11RootKey key = Pkcs11RootKey.open(properties("travelling", "root"), RANDOM)) {
            byte[] wrapped = wrapNew(key);
            travelling.takeOut();
            try {
                refuses(key, wrapped, ErrorCode.KMS_UNAVAILABLE);
                refuses(key, wrapped, ErrorCode.KMS_UNAVAILABLE);
                assertThatThrownBy(() -> wrapNew(key))
                        .isInstanceOfSatisfying(
                                VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE));
            } finally {
                travelling.putBack();
            }
            opensWithin(key, wrapped, Duration.ofSeconds(5));
            key.unwrap(wrapNew(key), CONTEXT).close();
        }
    }

    @Test
    void libraryInitialisedAnew_harmsNoOtherKey() {
        byte[] wrapped = wrapNew(root);
        try (Pkcs11RootKey key = Pkcs11RootKey.open(properties("travelling", "root"), RANDOM)) {
            byte[] theirs = wrapNew(key);
            travelling.takeOut();
            try {
                refuses(key, theirs, ErrorCode.KMS_UNAVAILABLE);
                root.unwrap(wrapped, CONTEXT).close();
            } finally {
                travelling.putBack();
            }
            opensWithin(key, theirs, Duration.ofSeconds(5));
            root.unwrap(wrapped, CONTEXT).close();
        }
    }

    @Test
    void callThatHangs_isKmsUnavailableInTime_andOthersGoOn() throws Exception {
        Pkcs11Properties where =
                new Pkcs11Properties(TestSoftHsm.library(), "main", "root", pin, 2, Duration.ofMillis(300));
        CountDownLatch end = new CountDownLatch(1);
        TokenLogin.Opener<RootKeySession> opener =
                (session, generation) -> RootKeySession.open(session, generation, "root");
        try (HsmCalls<RootKeySession> calls = new HsmCalls<>(where.token(), opener, 2, ErrorCode.KMS_UNAVAILABLE)) {
            assertThatThrownBy(() -> calls.call(session -> hang(end)))
                    .isInstanceOfSatisfying(VaultException.class, e -> {
                        assertThat(e.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE);
                        assertThat(e).hasMessageContaining("300 ms");
                    });
            byte[] sealed = calls.call(session -> session.encrypt(new byte[12], new byte[1], new byte[32]));
            assertThat(sealed).hasSize(48);
            end.countDown();
        }
    }

    @Test
    void corruptedKey_isToldFromAnOutage_alsoByTheFirstCall() {
        byte[] wrapped = wrapNew(root);
        wrapped[wrapped.length - 1] ^= 1;
        try (Pkcs11RootKey fresh = Pkcs11RootKey.open(properties("main", "root"), RANDOM)) {
            refuses(fresh, wrapped, ErrorCode.INTEGRITY_FAILURE);
        }
    }

    @Test
    void sameKey_isOpenedByAnotherInstance() {
        byte[] wrapped = wrapNew(root);
        try (Pkcs11RootKey same = Pkcs11RootKey.open(properties("main", "root"), RANDOM)) {
            assertThat(same.id()).isEqualTo(root.id()).startsWith("pkcs11:");
            same.unwrap(wrapped, CONTEXT).close();
        }
    }

    @Test
    void keyThatCouldLeaveTheToken_isRefused() {
        refusesToOpen(properties("main", "extractable"), "can be taken out of the token");
        refusesToOpen(properties("main", "visible"), "can be taken out of the token");
    }

    @Test
    void keyOfAnotherKind_isRefused() {
        refusesToOpen(properties("main", "short"), "not an AES key of 256 bits");
    }

    @Test
    void labelsThatNameNothingOrTwo_areRefused() {
        refusesToOpen(properties("main", "absent"), "no secret key of the token bears the label absent");
        refusesToOpen(properties("main", "twice"), "more than one secret key of the token bears the label twice");
        refusesToOpen(properties("absent", "root"), "no token bears the label absent");
        refusesToOpen(properties("double", "root"), "several tokens bear the label double");
    }

    @Test
    void libraryThatIsNone_isRefused() throws IOException {
        Path text = Files.writeString(folder.resolve("not-a-library.so"), "text");
        refusesToOpen(of(folder.resolve("absent.so"), pin), "there is no PKCS#11 library");
        refusesToOpen(of(folder, pin), "is not a file");
        refusesToOpen(of(text, pin), "cannot be loaded");
    }

    @Test
    void pinFileThatHoldsNoPin_orAWrongOne_isRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("changing-pin"), "wrong-by-mistake");
        refusesToOpen(of(TestSoftHsm.library(), file), "the token refuses the PIN");
        refusesToOpen(of(TestSoftHsm.library(), Files.writeString(file, "\n")), "is empty");
        refusesToOpen(of(TestSoftHsm.library(), Files.writeString(file, "x".repeat(257))), "more than 256 bytes");
        refusesToOpen(of(TestSoftHsm.library(), folder.resolve("no-pin")), "cannot be read");
        Pkcs11RootKey.open(of(TestSoftHsm.library(), pin), RANDOM).close();
    }

    @Test
    void nothingSecretIsShown() {
        assertThat(root.toString()).isEqualTo(root.id());
        assertThat(properties("main", "root").toString()).doesNotContain(TestSoftHsm.PIN);
    }

    private static byte[] hang(CountDownLatch end) {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new byte[1];
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

    /** The library is initialised anew at most once a second. */
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

    private static void refusesToOpen(Pkcs11Properties properties, String reason) {
        assertThatThrownBy(() -> Pkcs11RootKey.open(properties, RANDOM))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(reason);
    }

    private static Pkcs11Properties of(Path library, Path pinFile) {
        return new Pkcs11Properties(library, guarded.label(), "root", pinFile, 4, Duration.ofSeconds(5));
    }

    private static Pkcs11Properties properties(String tokenLabel, String keyLabel) {
        return new Pkcs11Properties(TestSoftHsm.library(), tokenLabel, keyLabel, pin, 4, Duration.ofSeconds(5));
    }
}
