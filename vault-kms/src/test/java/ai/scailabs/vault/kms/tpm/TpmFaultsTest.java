package ai.scailabs.vault.kms.tpm;

import static ai.scailabs.vault.kms.tpm.TestTpmKeys.HANDLE;
import static ai.scailabs.vault.kms.tpm.TestTpmKeys.RANDOM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.testkit.TestSwtpm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A swtpm, and somebody on the way to it. */
class TpmFaultsTest {
    private static final WrapContext CONTEXT = new WrapContext("ptn_acme", KeyId.of(new UUID(1, 2)), "partner-key");
    private static final int HMAC = 0x155;
    private static final int READ_PUBLIC = 0x173;
    private static final int START_SESSION = 0x176;

    @TempDir
    Path folder;

    private final TestSwtpm tpm = TestSwtpm.start().key(HANDLE);
    private final FaultyTpm between = new FaultyTpm(tpm.socket());
    private TpmRootKey key;
    private byte[] wrapped;

    @BeforeEach
    void open() {
        TestSwtpm.authFile(folder);
        key = open(Duration.ofSeconds(5));
        wrapped = wrapNew();
    }

    @AfterEach
    void close() {
        key.close();
        between.close();
        tpm.close();
    }

    @Test
    void answerAlteredAnywhere_givesNoKey_andIsNotTakenForAlteredBytes() {
        int length = 10 + 4 + 34 + 34 + 1 + 34;
        for (int i = 0; i < length; i++) {
            int at = i;
            between.answers((command, real) -> {
                byte[] answer = real.answer(command);
                if (FaultyTpm.code(command) == HMAC) {
                    assertThat(answer).hasSize(length);
                    answer[at] ^= 1;
                }
                return answer;
            });
            unavailable();
        }
        serves();
    }

    @Test
    void answerCutShortOrLengthened_givesNoKey() {
        for (int length = 10; length < 117; length += 7) {
            int cut = length;
            between.answers((command, real) -> resized(real.answer(command), cut));
            unavailable();
        }
        between.answers((command, real) -> lengthened(real.answer(command), true));
        unavailable();
        between.answers((command, real) -> lengthened(real.answer(command), false));
        unavailable();
        serves();
    }

    @Test
    void answerToAnotherQuestion_givesNoKey() {
        AtomicReference<byte[]> earlier = new AtomicReference<>();
        between.answers((command, real) -> {
            byte[] answer = real.answer(command);
            if (FaultyTpm.code(command) != HMAC || earlier.compareAndSet(null, answer)) {
                return answer;
            }
            return earlier.get();
        });
        key.unwrap(wrapped, CONTEXT).close();
        unavailable();
        serves();
    }

    @ParameterizedTest
    @ValueSource(ints = {READ_PUBLIC, START_SESSION, HMAC})
    void answersThatMakeNoSense_areKmsUnavailable_andKeepFromStarting(int code) {
        key.close();
        key = open(Duration.ofMillis(500));
        for (byte[] garbage : garbage()) {
            between.answers((command, real) -> FaultyTpm.code(command) == code ? garbage : real.answer(command));
            tpm.restart();
            unavailable();
            key.close();
            assertThatThrownBy(() -> open(Duration.ofMillis(300)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("the root key in the TPM: ")
                    .hasMessageNotContaining("unexpectedly");
            between.isHonest();
            key = open(Duration.ofMillis(500));
        }
        serves();
    }

    @Test
    void descriptionAlteredAnywhere_isNotTakenForTheKey() {
        key.close();
        for (int i = 10; i < 10 + 2 + 48 + 2 + 34; i++) {
            int at = i;
            between.answers((command, real) -> {
                byte[] answer = real.answer(command);
                if (FaultyTpm.code(command) == READ_PUBLIC) {
                    answer[at] ^= 1;
                }
                return answer;
            });
            assertThatThrownBy(() -> open(Duration.ofSeconds(5)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("the root key in the TPM: ");
        }
        between.isHonest();
        key = open(Duration.ofSeconds(5));
        serves();
    }

    @ParameterizedTest
    @ValueSource(ints = {0x922, 0x908, 0x90a, 0x920})
    void momentaryRefusal_isTriedAgain_butNotWithoutEnd(int refusal) {
        AtomicInteger asked = new AtomicInteger();
        between.answers(
                (command, real) -> asked.incrementAndGet() < 4 ? FaultyTpm.refusal(refusal) : real.answer(command));
        key.unwrap(wrapped, CONTEXT).close();
        assertThat(asked).hasValue(4);

        asked.set(0);
        between.answers((command, real) -> {
            asked.incrementAndGet();
            return FaultyTpm.refusal(refusal);
        });
        unavailable();
        assertThat(asked).hasValue(6);
        serves();
    }

    @Test
    void momentaryRefusal_isNotWaitedForLongerThanPatience() {
        key.close();
        key = open(Duration.ofMillis(100));
        between.answers((command, real) -> FaultyTpm.refusal(0x922));
        long begin = System.nanoTime();
        unavailable();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
        serves();
    }

    /** Lockout, failure mode, not started, no memory, cancelled, a code of the kernel's, and none that exists. */
    @ParameterizedTest
    @ValueSource(ints = {0x921, 0x101, 0x100, 0x902, 0x909, 0x000b0143, 0x7fffffff})
    void whatTheTpmDoesNotDo_isKmsUnavailable_andAskedTwiceAtMost(int refusal) {
        AtomicInteger asked = new AtomicInteger();
        between.answers((command, real) -> {
            if (FaultyTpm.code(command) != HMAC) {
                return real.answer(command);
            }
            asked.incrementAndGet();
            return FaultyTpm.refusal(refusal);
        });
        assertThatThrownBy(() -> key.unwrap(wrapped, CONTEXT)).isInstanceOfSatisfying(VaultException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE);
            assertThat(e).hasMessage("The TPM cannot be used");
        });
        assertThat(asked.get()).isBetween(1, 2);
        serves();
    }

    @Test
    void authValueThatTheTpmRefuses_isNotShownAgain_untilTheFileChanges() throws IOException {
        AtomicInteger shown = new AtomicInteger();
        between.answers((command, real) -> {
            if (FaultyTpm.code(command) != HMAC) {
                return real.answer(command);
            }
            shown.incrementAndGet();
            return FaultyTpm.refusal(0x98e);
        });
        for (int i = 0; i < 5; i++) {
            unavailable();
        }
        assertThat(shown).hasValue(2);
        between.isHonest();
        unavailable();
        Files.writeString(folder.resolve("auth"), "x".repeat(24));
        unavailable();
        Files.writeString(folder.resolve("auth"), TestSwtpm.AUTH_VALUE);
        serves();
    }

    @Test
    void noRoomForASession_isMadeOnce() {
        AtomicInteger refused = new AtomicInteger();
        between.answers((command, real) -> {
            if (FaultyTpm.code(command) == START_SESSION) {
                refused.incrementAndGet();
                return FaultyTpm.refusal(0x903);
            }
            return real.answer(command);
        });
        tpm.restart();
        unavailable();
        assertThat(refused).hasValue(2);
        serves();
    }

    @Test
    void hangingTpm_isKmsUnavailableInTime_forEverybodyWhoWaits() throws InterruptedException {
        key.close();
        key = open(Duration.ofMillis(300));
        CountDownLatch end = new CountDownLatch(1);
        between.answers((command, real) -> {
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return new byte[0];
        });
        AtomicInteger refused = new AtomicInteger();
        long begin = System.nanoTime();
        Thread[] callers = new Thread[50];
        for (int i = 0; i < callers.length; i++) {
            callers[i] = Thread.ofVirtual().start(() -> {
                unavailable();
                refused.incrementAndGet();
            });
        }
        for (Thread caller : callers) {
            caller.join();
        }
        assertThat(refused).hasValue(callers.length);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
        end.countDown();
        between.isHonest();
        opensSoon();
    }

    @Test
    void whoListens_hearsNeitherAuthValueNorKeys() throws IOException {
        try (KeyMaterial material = KeyMaterial.generate(RANDOM)) {
            byte[] stored = key.wrap(material, CONTEXT);
            key.unwrap(stored, CONTEXT).close();
            key.close();
            byte[] message = between.heard().stream()
                    .filter(command -> command.length > 10 && FaultyTpm.code(command) == HMAC)
                    .reduce((earlier, later) -> later)
                    .orElseThrow();
            Files.write(
                    tpm.folder().resolve("message"),
                    // Header, handle, size and area of the authorisation, size of the message.
                    Arrays.copyOfRange(message, 10 + 4 + 4 + 73 + 2, message.length - 2));
            tpm.tool("tpm2_hmac", "-Q", "-c", HANDLE, "-p", TestSwtpm.AUTH_VALUE, "-o", "once", "message");
            String once = hex(Files.readAllBytes(tpm.folder().resolve("once")));
            String everything = hex(between.heard());
            assertThat(everything).contains(hex(Arrays.copyOfRange(stored, 9, 41)));
            assertThat(everything)
                    .doesNotContain(hex(TestSwtpm.AUTH_VALUE.getBytes(StandardCharsets.US_ASCII)))
                    .doesNotContain(once)
                    .doesNotContain(hex(material.exposeBytes()));
            key = open(Duration.ofSeconds(5));
        }
    }

    private static byte[][] garbage() {
        byte[] random = new byte[200];
        RANDOM.nextBytes(random);
        return new byte[][] {
            {},
            {1},
            new byte[10],
            "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
            random,
            answer(0x8001, 10, 10),
            answer(0x8002, 10, 10),
            answer(0x8001, 5, 10),
            answer(0x8001, Integer.MAX_VALUE, 10),
            answer(0x8001, -1, 10),
            answer(0x8001, 100, 100),
            answer(0x8002, 100, 100),
            answer(0x00c4, 10, 10),
        };
    }

    /** Says that it succeeded. */
    private static byte[] answer(int tag, int size, int length) {
        return ByteBuffer.allocate(length).putShort((short) tag).putInt(size).array();
    }

    /** With a header that says so. */
    private static byte[] resized(byte[] answer, int length) {
        byte[] other = Arrays.copyOf(answer, length);
        ByteBuffer.wrap(other).putInt(2, length);
        return other;
    }

    private static byte[] lengthened(byte[] answer, boolean header) {
        return header ? resized(answer, answer.length + 1) : Arrays.copyOf(answer, answer.length + 1);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static String hex(Iterable<byte[]> messages) {
        StringBuilder all = new StringBuilder();
        messages.forEach(message -> all.append(hex(message)).append('\n'));
        return all.toString();
    }

    private TpmRootKey open(Duration patience) {
        return TpmRootKey.open(
                TestTpmKeys.properties(between.address(), HANDLE, folder.resolve("auth"), patience), RANDOM);
    }

    private byte[] wrapNew() {
        try (KeyMaterial material = KeyMaterial.generate(RANDOM)) {
            return key.wrap(material, CONTEXT);
        }
    }

    private void unavailable() {
        assertThatThrownBy(() -> key.unwrap(wrapped, CONTEXT).close())
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE));
    }

    private void serves() {
        between.isHonest();
        key.unwrap(wrapped, CONTEXT).close();
        key.unwrap(wrapNew(), CONTEXT).close();
    }

    private void opensSoon() {
        long begin = System.nanoTime();
        while (true) {
            try {
                key.unwrap(wrapped, CONTEXT).close();
                return;
            } catch (VaultException notYet) {
                assertThat(notYet.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE);
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
            }
        }
    }
}
