package ai.scailabs.vault.server.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kms.local.LocalFileRootKey;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class KeptRootKeyTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final WrapContext CONTEXT = new WrapContext("ptn_acme", KeyId.of(new UUID(1, 2)), "partner-key");
    private static final Duration PATIENCE = Duration.ofMillis(200);

    @TempDir
    Path folder;

    private final CountDownLatch answers = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicInteger asked = new AtomicInteger();

    @AfterEach
    void end() {
        answers.countDown();
    }

    @Test
    void openingThatHangs_isNotWaitedForLongerThanPatience_norByTwo_andServesInTheEnd() throws Exception {
        try (KeptRootKey key = new KeptRootKey(this::opened, PATIENCE)) {
            unavailable(key, "The root key was not opened within 200 ms");
            for (int i = 0; i < 3; i++) {
                unavailable(key, "The root key is being opened");
            }
            assertThat(key.id()).isEmpty();
            answers.countDown();
            while (key.id().isEmpty()) {
                Thread.yield();
            }
            try (KeyMaterial material = KeyMaterial.generate(RANDOM)) {
                key.unwrap(key.wrap(material, CONTEXT), CONTEXT).close();
            }
            assertThat(asked).hasValue(1);
        }
        closed.await();
    }

    @Test
    void openingThatFails_isTriedAgain() throws Exception {
        answers.countDown();
        try (KeptRootKey key = new KeptRootKey(
                () -> {
                    if (asked.get() == 0) {
                        asked.incrementAndGet();
                        throw new IllegalStateException("the token is not there");
                    }
                    return opened();
                },
                Duration.ofSeconds(30))) {
            unavailable(key, "The root key cannot be opened");
            try (KeyMaterial material = KeyMaterial.generate(RANDOM)) {
                assertThat(key.wrap(material, CONTEXT)).isNotEmpty();
            }
        }
        closed.await();
    }

    @Test
    void closedWhileItHangs_isClosedOnceItIsOpen() throws Exception {
        KeptRootKey key = new KeptRootKey(this::opened, PATIENCE);
        unavailable(key, "The root key was not opened within 200 ms");
        key.close();
        assertThat(closed.getCount()).isEqualTo(1);
        answers.countDown();
        closed.await();
        assertThat(key.id()).isEmpty();
    }

    private OpenedRootKey opened() {
        asked.incrementAndGet();
        try {
            answers.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        RootKey key = LocalFileRootKey.openOrCreate(folder.resolve("root.key"), RANDOM);
        return new OpenedRootKey(key, closed::countDown);
    }

    private static void unavailable(RootKey key, String message) {
        assertThatThrownBy(() -> {
                    try (KeyMaterial material = KeyMaterial.generate(RANDOM)) {
                        key.wrap(material, CONTEXT);
                    }
                })
                .isInstanceOfSatisfying(
                        VaultException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE))
                .hasMessage(message);
    }
}
