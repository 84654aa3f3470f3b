package ai.scailabs.vault.crypto.root;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SharedUnwrapsTest {
    private static final WrapContext CONTEXT = context("ptn_acme");

    private final SecureRandom random = new SecureRandom();
    private final KeyMaterial key = KeyMaterial.generate(random);
    private final SlowRootKey slow = new SlowRootKey();
    private final SharedUnwraps shared = new SharedUnwraps(slow);
    private final List<KeyMaterial> received = new CopyOnWriteArrayList<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();

    @Test
    void tenThousandConcurrentCallers_makeOneCallAndGetAKeyEach() throws Exception {
        List<Thread> callers = startAndWaitUntilAllWait(10_000);

        slow.answer(key::copy);
        join(callers);

        assertThat(slow.calls.get()).isEqualTo(1);
        assertThat(failures).isEmpty();
        assertThat(received).hasSize(10_000).allMatch(key::equals);
        received.getFirst().close();
        assertThat(received.subList(1, 10_000)).allMatch(key::equals);
        assertThat(shared.inFlight()).isZero();
    }

    @Test
    void keyOfTheSharedCall_isWipedOrOwnedByExactlyOneCaller() throws Exception {
        KeyMaterial answer = key.copy();
        List<Thread> callers = startAndWaitUntilAllWait(50);
        slow.answer(() -> answer);
        join(callers);

        received.stream().filter(mine -> mine != answer).forEach(KeyMaterial::close);
        long owners = received.stream().filter(mine -> mine == answer).count();
        assertThat(owners).isLessThanOrEqualTo(1);
        assertThat(answer.isClosed()).isEqualTo(owners == 0);
    }

    @Test
    void callAfterTheEnd_asksAgain() {
        slow.answer(key::copy);
        shared.unwrap(new byte[] {1}, CONTEXT).close();
        shared.unwrap(new byte[] {1}, CONTEXT).close();
        assertThat(slow.calls.get()).isEqualTo(2);
        assertThat(shared.inFlight()).isZero();
    }

    @Test
    void otherBytesOrContext_areNotShared() throws Exception {
        List<Thread> callers = new ArrayList<>(startAndWaitUntilAllWait(2));
        callers.add(start(new byte[] {2}, CONTEXT));
        callers.add(start(new byte[] {1}, context("ptn_other")));
        awaitThat(() -> slow.calls.get() == 3);
        slow.answer(key::copy);
        join(callers);
        assertThat(slow.calls.get()).isEqualTo(3);
        assertThat(received).hasSize(4);
    }

    @Test
    void failingCall_failsAllWhoSharedItAndNobodyElse() throws Exception {
        VaultException outage = new VaultException(ErrorCode.KMS_UNAVAILABLE, "no answer");
        List<Thread> callers = startAndWaitUntilAllWait(100);
        slow.answer(() -> {
            throw outage;
        });
        join(callers);

        assertThat(failures).hasSize(100).allMatch(e -> e == outage);
        assertThat(slow.calls.get()).isEqualTo(1);
        assertThat(shared.inFlight()).isZero();

        slow.answer(key::copy);
        try (KeyMaterial next = shared.unwrap(new byte[] {1}, CONTEXT)) {
            assertThat(next).isEqualTo(key);
        }
        assertThat(slow.calls.get()).isEqualTo(2);
    }

    @Test
    void bugInTheRootKey_reachesAllCallersAsAnError() throws Exception {
        List<Thread> callers = startAndWaitUntilAllWait(10);
        slow.answer(() -> {
            throw new AssertionError("a bug");
        });
        join(callers);
        assertThat(failures)
                .hasSize(10)
                .filteredOn(e -> e instanceof AssertionError)
                .hasSize(1);
        assertThat(failures)
                .filteredOn(e -> e instanceof IllegalStateException)
                .hasSize(9)
                .allMatch(e -> e.getCause() instanceof AssertionError);
        assertThat(shared.inFlight()).isZero();
    }

    @Test
    void interruptedFollower_leavesAndTheOthersStay() throws Exception {
        Thread leader = start(new byte[] {1}, CONTEXT);
        awaitThat(() -> slow.calls.get() == 1);
        List<Thread> followers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            followers.add(start(new byte[] {1}, CONTEXT));
        }
        awaitThat(() -> followers.stream().allMatch(SharedUnwrapsTest::waits));

        Thread impatient = followers.removeFirst();
        impatient.interrupt();
        impatient.join();
        assertThat(failures)
                .singleElement()
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE));

        slow.answer(key::copy);
        followers.add(leader);
        join(followers);
        assertThat(received).hasSize(5).allMatch(key::equals);
        assertThat(shared.inFlight()).isZero();
    }

    @Test
    void nameAndWrapping_areTheRootKeysOwn() {
        assertThat(shared.id()).isEqualTo("slow");
        assertThat(shared.wrap(key, CONTEXT)).containsExactly(42);
    }

    private List<Thread> startAndWaitUntilAllWait(int count) throws InterruptedException {
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            callers.add(start(new byte[] {1}, CONTEXT));
        }
        awaitThat(() -> slow.calls.get() == 1 && callers.stream().allMatch(SharedUnwrapsTest::waits));
        return callers;
    }

    private Thread start(byte[] wrapped, WrapContext context) {
        return Thread.ofVirtual().start(() -> {
            try {
                received.add(shared.unwrap(wrapped, context));
            } catch (Throwable e) {
                failures.add(e);
            }
        });
    }

    private static boolean waits(Thread thread) {
        return thread.getState() == Thread.State.WAITING;
    }

    /** The class has a time limit, so this ends. */
    private static void awaitThat(Supplier<Boolean> condition) throws InterruptedException {
        while (!condition.get()) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            Thread.yield();
        }
    }

    private static void join(List<Thread> threads) throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static WrapContext context(String owner) {
        return new WrapContext(owner, KeyId.of(new UUID(1, 2)), "partner-key");
    }

    /** Answers nobody until it is told what to answer. */
    private static final class SlowRootKey implements RootKey {
        private final AtomicInteger calls = new AtomicInteger();
        private final CountDownLatch told = new CountDownLatch(1);
        private volatile Supplier<KeyMaterial> answer;

        void answer(Supplier<KeyMaterial> answer) {
            this.answer = answer;
            told.countDown();
        }

        @Override
        public String id() {
            return "slow";
        }

        @Override
        public byte[] wrap(KeyMaterial key, WrapContext context) {
            return new byte[] {42};
        }

        @Override
        public KeyMaterial unwrap(byte[] wrapped, WrapContext context) {
            calls.incrementAndGet();
            try {
                told.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return answer.get();
        }
    }
}
