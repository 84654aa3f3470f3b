package ai.scailabs.vault.kms.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.TestRootKey;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import com.github.benmanes.caffeine.cache.Scheduler;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RememberedUnwrapsTest {
    private static final WrapContext CONTEXT = new WrapContext("ptn_acme", KeyId.of(new UUID(1, 2)), "partner-key");
    private static final Duration MEMORY = Duration.ofSeconds(60);

    private final AtomicLong now = new AtomicLong();
    private final TestRootKey root = TestRootKey.random();
    private final RememberedUnwraps remembering =
            new RememberedUnwraps(root, MEMORY, now::get, Scheduler.disabledScheduler());
    private final KeyMaterial key = KeyMaterial.generate(new SecureRandom());
    private final byte[] wrapped = root.wrap(key, CONTEXT);

    @Test
    void rememberedKey_opensWithoutTheRoot_untilItsTimeIsUp_andReadingDoesNotProlongIt() {
        open();
        root.fail(new VaultException(ErrorCode.KMS_UNAVAILABLE, "disabled"));
        for (int second = 0; second < 59; second++) {
            now.addAndGet(1_000_000_000L);
            open();
        }
        now.addAndGet(1_000_000_001L);
        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE));
        assertThat(root.handedOut()).hasSize(1);
    }

    @Test
    void failure_isNotRemembered() {
        root.fail(new VaultException(ErrorCode.KMS_UNAVAILABLE, "no answer"));
        assertThatThrownBy(this::open).isInstanceOf(VaultException.class);
        root.fail(null);
        open();
    }

    @Test
    void otherContext_isNotAnsweredFromMemory() {
        open();
        assertThatThrownBy(
                        () -> remembering.unwrap(wrapped, new WrapContext("ptn_other", CONTEXT.keyId(), "partner-key")))
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTEGRITY_FAILURE));
    }

    @Test
    void keysWhileOthersAreForgotten_areWholeOrAskedAnew() throws Exception {
        List<Future<?>> readers = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                readers.add(threads.submit(() -> {
                    for (int round = 0; round < 2_000; round++) {
                        now.addAndGet(MEMORY.toNanos() / 16);
                        open();
                        remembering.settle();
                    }
                }));
            }
            for (Future<?> reader : readers) {
                reader.get();
            }
        }
        assertThat(root.handedOut()).hasSizeGreaterThan(100);
    }

    private void open() {
        try (KeyMaterial opened = remembering.unwrap(wrapped, CONTEXT)) {
            assertThat(opened).isEqualTo(key);
        }
    }
}
