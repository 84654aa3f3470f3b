package ai.scailabs.vault.persistence.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ConnectionThreadsTest {
    @Test
    void work_runsOnAPlatformThreadAndReturnsItsOutcome() {
        try (ConnectionThreads threads = new ConnectionThreads("test", 2)) {
            assertThat(threads.call(() -> Thread.currentThread().isVirtual())).isFalse();
            assertThat(threads.<String>call(() -> Thread.currentThread().getName()))
                    .startsWith("test-");
        }
    }

    @Test
    void failure_isThatOfTheWork() {
        VaultException refusal = new VaultException(ErrorCode.CONFLICT, "taken");
        try (ConnectionThreads threads = new ConnectionThreads("test", 1)) {
            assertThatThrownBy(() -> threads.call(() -> {
                        throw refusal;
                    }))
                    .isSameAs(refusal);
            assertThatThrownBy(() -> threads.call(() -> {
                        throw new AssertionError("deep");
                    }))
                    .isInstanceOf(AssertionError.class);
            assertThat(threads.call(() -> 1)).isEqualTo(1);
        }
    }

    @Test
    void nestedWork_runsWhereItIs() {
        try (ConnectionThreads threads = new ConnectionThreads("test", 1)) {
            String outer = threads.call(() -> Thread.currentThread().getName()
                    + threads.<String>call(() -> Thread.currentThread().getName()));

            assertThat(outer).isEqualTo("test-0test-0");
        }
    }

    @Test
    void noMoreThanTheThreads_runAtOnce() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (ConnectionThreads threads = new ConnectionThreads("test", 3);
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Integer> caller = () -> threads.call(() -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                Thread.yield();
                return running.decrementAndGet();
            });
            List<Callable<Integer>> all = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                all.add(caller);
            }
            for (Future<Integer> each : callers.invokeAll(all)) {
                each.get();
            }
        }
        assertThat(most.get()).isBetween(1, 3);
    }

    @Test
    void workThatCannotBegin_isRefusedAfterThreeSeconds_alsoWhileEveryThreadIsHeldUp() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        try (ConnectionThreads threads = new ConnectionThreads("test", 1);
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Boolean> first = callers.submit(() -> threads.call(() -> {
                begun.countDown();
                try {
                    held.await();
                } catch (InterruptedException e) {
                    return false;
                }
                return true;
            }));
            begun.await();
            long before = System.nanoTime();
            assertThatThrownBy(() -> threads.call(() -> 1))
                    .isInstanceOfSatisfying(
                            VaultException.class,
                            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE));
            assertThat(Duration.ofNanos(System.nanoTime() - before))
                    .isBetween(Duration.ofMillis(2_900), Duration.ofSeconds(10));
            held.countDown();
            assertThat(first.get()).isTrue();
            assertThat(threads.call(() -> 2)).isEqualTo(2);
        }
    }
}
