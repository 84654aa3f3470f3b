package ai.scailabs.vault.pki.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.pki.x509.JavaSignatures;
import ai.scailabs.vault.pki.x509.KeySpec;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class KeyPairsTest {
    private static final TenantId ACME = new TenantId("tnt_acme");

    /** Gives no random byte until it is let go: whoever makes a key with it stays there. */
    private static final class HeldRandom extends SecureRandom {
        private static final long serialVersionUID = 1L;

        private final transient CountDownLatch asked = new CountDownLatch(1);
        private final transient CountDownLatch released = new CountDownLatch(1);
        private final transient SecureRandom real = new SecureRandom();

        @Override
        public void nextBytes(byte[] bytes) {
            asked.countDown();
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            real.nextBytes(bytes);
        }
    }

    private static TenantId tenant(int number) {
        return new TenantId("tnt_other" + number);
    }

    private static void assertRefused(KeyPairs pairs, TenantId tenant) {
        assertThatThrownBy(() -> pairs.make(tenant, KeySpec.RSA_2048))
                .isInstanceOfSatisfying(VaultException.class, refusal -> {
                    assertThat(refusal.code()).isEqualTo(ErrorCode.RATE_LIMITED);
                    assertThat(refusal.details()).containsEntry("category", "rsa_keys");
                    assertThat(refusal.details().get("retry_after")).isInstanceOf(Long.class);
                });
    }

    @Test
    void tenantThatWantsMore_isRefused_andOthersAreServed() throws Exception {
        HeldRandom random = new HeldRandom();
        try (KeyPairs pairs = new KeyPairs(JavaSignatures.ofTheRuntime(), random, 1);
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<KeyPair>> asked = new ArrayList<>();
            CountDownLatch begun = new CountDownLatch(KeyPairs.MAX_OF_A_TENANT);
            for (int i = 0; i < KeyPairs.MAX_OF_A_TENANT; i++) {
                asked.add(callers.submit(() -> {
                    begun.countDown();
                    return pairs.make(ACME, KeySpec.RSA_2048);
                }));
            }
            begun.await();
            random.asked.await();
            while (pairs.underWay() < KeyPairs.MAX_OF_A_TENANT) {
                Thread.onSpinWait();
            }
            assertRefused(pairs, ACME);
            Future<KeyPair> other = callers.submit(() -> pairs.make(tenant(1), KeySpec.RSA_2048));
            random.released.countDown();
            assertThat(other.get().getPublic().getAlgorithm()).isEqualTo("RSA");
            for (Future<KeyPair> each : asked) {
                assertThat(each.get().getPublic().getAlgorithm()).isEqualTo("RSA");
            }
            // What is over counts no more.
            assertThat(pairs.make(ACME, KeySpec.RSA_2048)).isNotNull();
        }
    }

    @Test
    void moreThanMayWait_areRefusedAtOnce() throws Exception {
        HeldRandom random = new HeldRandom();
        try (KeyPairs pairs = new KeyPairs(JavaSignatures.ofTheRuntime(), random, 1);
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<KeyPair>> asked = new ArrayList<>();
            for (int i = 0; i <= KeyPairs.MAX_WAITING; i++) {
                TenantId tenant = tenant(i);
                asked.add(callers.submit(() -> pairs.make(tenant, KeySpec.RSA_2048)));
            }
            random.asked.await();
            while (pairs.waiting() < KeyPairs.MAX_WAITING) {
                Thread.onSpinWait();
            }
            assertRefused(pairs, ACME);
            random.released.countDown();
            for (Future<KeyPair> each : asked) {
                assertThat(each.get()).isNotNull();
            }
            assertThat(pairs.make(ACME, KeySpec.RSA_2048)).isNotNull();
        }
    }

    @Test
    void otherKinds_waitForNobody() throws Exception {
        HeldRandom random = new HeldRandom();
        random.released.countDown();
        try (KeyPairs pairs = new KeyPairs(JavaSignatures.ofTheRuntime(), random, 1)) {
            for (KeySpec spec : List.of(KeySpec.EC_P256, KeySpec.EC_P384, KeySpec.ED25519, KeySpec.ML_DSA_65)) {
                assertThat(pairs.make(ACME, spec)).isNotNull();
            }
            assertThat(pairs.underWay()).isZero();
        }
    }

    @Test
    void threads_areAQuarterOfTheProcessors_andAtLeastOne() {
        assertThat(KeyPairs.threadsBeside(1)).isEqualTo(1);
        assertThat(KeyPairs.threadsBeside(2)).isEqualTo(1);
        assertThat(KeyPairs.threadsBeside(16)).isEqualTo(4);
    }
}
