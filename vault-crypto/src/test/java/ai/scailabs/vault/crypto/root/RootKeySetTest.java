package ai.scailabs.vault.crypto.root;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RootKeySetTest {
    private static final WrapContext CONTEXT = new WrapContext("ptn_acme", KeyId.of(new UUID(1, 2)), "partner-key");
    private static final Duration NEVER = Duration.ofHours(1);
    private static final VaultException OUTAGE = new VaultException(ErrorCode.KMS_UNAVAILABLE, "no answer");

    private final TestRootKey first = TestRootKey.random();
    private final TestRootKey second = TestRootKey.random();
    private final RootKeySet both = new RootKeySet(List.of(first, second), NEVER);
    private final KeyMaterial key = KeyMaterial.generate(new SecureRandom());

    @Test
    void keyWrappedByBoth_opensWithEitherAlone() {
        byte[] wrapped = both.wrap(key, CONTEXT);
        assertThat(RootWraps.rootKeyIds(wrapped)).containsExactly(first.id(), second.id());
        assertOpens(only(first), wrapped);
        assertOpens(only(second), wrapped);
    }

    @Test
    void firstThatFails_isFollowedByTheSecondAtOnce() {
        byte[] wrapped = both.wrap(key, CONTEXT);
        first.fail(OUTAGE);
        assertOpens(both, wrapped);
    }

    @Test
    void firstThatKeepsSilent_isOvertakenByTheSecond_andItsLateKeyIsWiped() throws Exception {
        CountDownLatch silence = new CountDownLatch(1);
        AtomicReference<KeyMaterial> late = new AtomicReference<>();
        CountDownLatch answered = new CountDownLatch(1);
        RootKey silent = new Silent(silence, late, answered);
        RootKeySet set = new RootKeySet(List.of(silent, second), Duration.ofMillis(5));

        assertOpens(set, both.wrap(key, CONTEXT));
        assertThat(late.get()).isNull();

        silence.countDown();
        answered.await();
        while (!late.get().isClosed()) {
            Thread.yield();
        }
    }

    @Test
    void whileTheFirstAnswersInTime_theSecondIsNotAsked() {
        byte[] wrapped = both.wrap(key, CONTEXT);
        second.forget();
        assertOpens(both, wrapped);
        assertThat(second.handedOut()).isEmpty();
    }

    @Test
    void oneThatCannotBeAsked_makesItAnOutage_evenIfTheOtherRefuses() {
        byte[] wrapped = both.wrap(key, CONTEXT);
        first.fail(OUTAGE);
        assertRefused(both, damagedAtTheEnd(wrapped), ErrorCode.KMS_UNAVAILABLE);
    }

    @Test
    void damagedPart_leavesTheOtherWhole() {
        byte[] wrapped = both.wrap(key, CONTEXT);
        assertOpens(both, damagedAtTheEnd(wrapped));
        assertRefused(only(second), damagedAtTheEnd(wrapped), ErrorCode.INTEGRITY_FAILURE);
    }

    @Test
    void bothRefusing_isAnIntegrityFailure() {
        byte[] wrapped = both.wrap(key, CONTEXT);
        assertThatThrownBy(() -> both.unwrap(wrapped, new WrapContext("ptn_other", CONTEXT.keyId(), "partner-key")))
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTEGRITY_FAILURE));
    }

    @Test
    void partsCannotBeSwapped_betweenKeysOrRoots() {
        byte[] mine = both.wrap(key, CONTEXT);
        byte[] moved = new RootWraps(List.of(
                        new RootWraps.Part(first.id(), part(mine, second.id())),
                        new RootWraps.Part(second.id(), part(mine, first.id()))))
                .bytes();
        assertRefused(both, moved, ErrorCode.INTEGRITY_FAILURE);
    }

    @Test
    void wrapping_needsBoth() {
        second.fail(OUTAGE);
        assertThatThrownBy(() -> both.wrap(key, CONTEXT)).isSameAs(OUTAGE);
    }

    @Test
    void rootThatGivesBackAnotherKey_isNotBelieved() {
        RootKeySet set = new RootKeySet(List.of(new Forgetful(first)), NEVER);
        assertThatThrownBy(() -> set.wrap(key, CONTEXT))
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE));
    }

    @Test
    void keyOfAnUnknownRoot_isRefusedByName() {
        byte[] wrapped = only(first).wrap(key, CONTEXT);
        assertThatThrownBy(() -> only(second).unwrap(wrapped, CONTEXT))
                .hasMessageContaining(first.id())
                .hasMessageContaining(second.id());
    }

    @Test
    void keyOfAnUnknownRoot_isAnOutage_whileOneHasNotBeenReachedYet() {
        byte[] wrapped = only(first).wrap(key, CONTEXT);
        RootKeySet set = new RootKeySet(List.of(new Broken(""), second), NEVER);
        assertRefused(set, wrapped, ErrorCode.KMS_UNAVAILABLE);
    }

    @Test
    void bytesOfASingleAdapter_openToo() {
        byte[] wrapped = second.wrap(key, CONTEXT);
        while (RootWraps.isSet(wrapped)) {
            // This one's bytes begin by chance; those of the real ones never begin like a set.
            wrapped = second.wrap(key, CONTEXT);
        }
        assertThat(RootWraps.rootKeyIds(wrapped)).isEmpty();
        assertOpens(both, wrapped);
    }

    @Test
    void malformedSets_areRefused() {
        byte[] wrapped = both.wrap(key, CONTEXT);
        for (int length = 1; length < wrapped.length; length++) {
            byte[] cut = Arrays.copyOf(wrapped, length);
            assertThatThrownBy(() -> RootWraps.rootKeyIds(cut)).isInstanceOf(VaultException.class);
        }
        byte[] longer = Arrays.copyOf(wrapped, wrapped.length + 1);
        assertRefused(both, longer, ErrorCode.INTEGRITY_FAILURE);
        assertRefused(both, new byte[] {RootWraps.FORMAT, 0}, ErrorCode.INTEGRITY_FAILURE);
        assertRefused(both, new byte[] {RootWraps.FORMAT, 5}, ErrorCode.INTEGRITY_FAILURE);
    }

    @Test
    void bugInOneRoot_leavesTheOther_andIsNotHiddenWhenAlone() {
        RootKey broken = new Broken(first.id());
        assertOpens(new RootKeySet(List.of(broken, second), NEVER), both.wrap(key, CONTEXT));
        RootKeySet alone = new RootKeySet(List.of(broken, new Broken(second.id())), NEVER);
        byte[] wrapped = both.wrap(key, CONTEXT);
        assertThatThrownBy(() -> alone.unwrap(wrapped, CONTEXT)).isInstanceOf(IllegalStateException.class);
    }

    private static RootKeySet only(RootKey root) {
        return new RootKeySet(List.of(root), NEVER);
    }

    private void assertOpens(RootKey root, byte[] wrapped) {
        try (KeyMaterial opened = root.unwrap(wrapped, CONTEXT)) {
            assertThat(opened).isEqualTo(key);
        }
    }

    private static void assertRefused(RootKey root, byte[] wrapped, ErrorCode code) {
        assertThatThrownBy(() -> root.unwrap(wrapped, CONTEXT))
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static byte[] part(byte[] wrapped, String rootKeyId) {
        byte[] part = RootWraps.part(wrapped, rootKeyId.getBytes(StandardCharsets.US_ASCII));
        assertThat(part).isNotNull();
        return part;
    }

    /** In what the second root key gave. */
    private static byte[] damagedAtTheEnd(byte[] wrapped) {
        byte[] damaged = wrapped.clone();
        damaged[damaged.length - 1] ^= 1;
        return damaged;
    }

    /** Says nothing until it may; then it answers. */
    private final class Silent implements RootKey {
        private final CountDownLatch silence;
        private final AtomicReference<KeyMaterial> late;
        private final CountDownLatch answered;

        Silent(CountDownLatch silence, AtomicReference<KeyMaterial> late, CountDownLatch answered) {
            this.silence = silence;
            this.late = late;
            this.answered = answered;
        }

        @Override
        public String id() {
            return first.id();
        }

        @Override
        public byte[] wrap(KeyMaterial key, WrapContext context) {
            throw OUTAGE;
        }

        @Override
        public KeyMaterial unwrap(byte[] wrapped, WrapContext context) {
            try {
                silence.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            late.set(first.unwrap(wrapped, context));
            answered.countDown();
            return late.get();
        }
    }

    private record Forgetful(RootKey root) implements RootKey {
        @Override
        public String id() {
            return root.id();
        }

        @Override
        public byte[] wrap(KeyMaterial key, WrapContext context) {
            return root.wrap(key, context);
        }

        @Override
        public KeyMaterial unwrap(byte[] wrapped, WrapContext context) {
            root.unwrap(wrapped, context).close();
            return KeyMaterial.generate(new SecureRandom());
        }
    }

    private record Broken(String id) implements RootKey {
        @Override
        public byte[] wrap(KeyMaterial key, WrapContext context) {
            throw new AssertionError("a bug");
        }

        @Override
        public KeyMaterial unwrap(byte[] wrapped, WrapContext context) {
            throw new AssertionError("a bug");
        }
    }
}
