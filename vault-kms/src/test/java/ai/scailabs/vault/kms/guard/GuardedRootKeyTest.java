package ai.scailabs.vault.kms.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class GuardedRootKeyTest {
    private static final WrapContext CONTEXT = new WrapContext("ptn_acme", KeyId.of(new UUID(1, 2)), "partner-key");
    private static final VaultException OUTAGE = new VaultException(ErrorCode.KMS_UNAVAILABLE, "no answer");
    private static final VaultException REFUSAL = new VaultException(ErrorCode.INTEGRITY_FAILURE, "altered");

    private final Keeper keeper = new Keeper();

    @Test
    void keeperThatFailsAgainAndAgain_isLeftAlone_andTheCodeStaysTheSame() {
        GuardedRootKey guarded = new GuardedRootKey(keeper, Duration.ofHours(1));
        keeper.failure = OUTAGE;
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> guarded.unwrap(new byte[1], CONTEXT)).isSameAs(OUTAGE);
        }
        assertThat(guarded.isLeftAlone()).isTrue();
        keeper.failure = null;
        for (int i = 0; i < 100; i++) {
            assertThatThrownBy(() -> guarded.unwrap(new byte[1], CONTEXT))
                    .isInstanceOfSatisfying(
                            VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE));
        }
        assertThat(keeper.calls.get()).isEqualTo(5);
    }

    @Test
    void keeperThatServesAgain_isFoundOut_withoutARestart() {
        GuardedRootKey guarded = new GuardedRootKey(keeper, Duration.ofMillis(20));
        keeper.failure = OUTAGE;
        while (!guarded.isLeftAlone()) {
            assertThatThrownBy(() -> guarded.unwrap(new byte[1], CONTEXT)).isInstanceOf(VaultException.class);
        }
        keeper.failure = null;
        while (!serves(guarded)) {
            Thread.onSpinWait();
        }
        for (int i = 0; i < 100; i++) {
            assertThat(serves(guarded)).isTrue();
        }
        assertThat(guarded.isLeftAlone()).isFalse();
    }

    @Test
    void keysThatDoNotOpen_areNoReasonToLeaveTheKeeperAlone() {
        GuardedRootKey guarded = new GuardedRootKey(keeper, Duration.ofHours(1));
        keeper.failure = REFUSAL;
        for (int i = 0; i < 100; i++) {
            assertThatThrownBy(() -> guarded.unwrap(new byte[1], CONTEXT)).isSameAs(REFUSAL);
        }
        assertThat(guarded.isLeftAlone()).isFalse();
        assertThat(keeper.calls.get()).isEqualTo(100);
    }

    @Test
    void wrapping_isGuardedToo() {
        GuardedRootKey guarded = new GuardedRootKey(keeper, Duration.ofHours(1));
        keeper.failure = OUTAGE;
        try (KeyMaterial key = KeyMaterial.generate(new SecureRandom())) {
            for (int i = 0; i < 20; i++) {
                assertThatThrownBy(() -> guarded.wrap(key, CONTEXT)).isInstanceOf(VaultException.class);
            }
        }
        assertThat(keeper.calls.get()).isEqualTo(5);
    }

    private static boolean serves(RootKey root) {
        try {
            root.unwrap(new byte[1], CONTEXT).close();
            return true;
        } catch (VaultException refused) {
            return false;
        }
    }

    private static final class Keeper implements RootKey {
        private final AtomicInteger calls = new AtomicInteger();
        private volatile RuntimeException failure;

        @Override
        public String id() {
            return "keeper";
        }

        @Override
        public byte[] wrap(KeyMaterial key, WrapContext context) {
            answer();
            return new byte[1];
        }

        @Override
        public KeyMaterial unwrap(byte[] wrapped, WrapContext context) {
            answer();
            return KeyMaterial.generate(new SecureRandom());
        }

        private void answer() {
            calls.incrementAndGet();
            RuntimeException told = failure;
            if (told != null) {
                throw told;
            }
        }
    }
}
