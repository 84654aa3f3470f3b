package ai.scailabs.vault.kms.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PatientCallsTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(100);

    private final AtomicInteger tries = new AtomicInteger();

    @Test
    void passingTrouble_isTriedThreeTimesInAll() {
        refused(calls(LONG), left -> {
            tries.incrementAndGet();
            throw ServiceTrouble.passing("throttled");
        });
        assertThat(tries).hasValue(3);
    }

    @Test
    void lastingTrouble_isNotTriedAgain() {
        refused(calls(LONG), left -> {
            tries.incrementAndGet();
            throw ServiceTrouble.lasting("forbidden");
        });
        assertThat(tries).hasValue(1);
    }

    @Test
    void unexpectedFailure_isTroubleToo_andItsMessageIsLost() {
        assertThatThrownBy(() -> made(calls(LONG), left -> {
                    throw new IllegalStateException("could be a key");
                }))
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE))
                .cause()
                .isInstanceOf(ServiceTrouble.class)
                .hasMessage("IllegalStateException")
                .hasNoCause();
    }

    @Test
    void refusal_passesAsItIs() {
        assertThatThrownBy(() -> made(calls(LONG), left -> {
                    throw new VaultException(ErrorCode.INTEGRITY_FAILURE, "altered");
                }))
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTEGRITY_FAILURE));
    }

    @Test
    void pauseThatIsAskedFor_isKept() {
        long begin = System.nanoTime();
        String answer = made(calls(LONG), left -> {
            if (tries.incrementAndGet() == 1) {
                throw ServiceTrouble.passing("throttled", Duration.ofMillis(300));
            }
            return "served";
        });
        assertThat(answer).isEqualTo("served");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(300));
    }

    @Test
    void pauseLongerThanThePatience_isNotWaitedFor() {
        long begin = System.nanoTime();
        refused(calls(LONG), left -> {
            tries.incrementAndGet();
            throw ServiceTrouble.passing("throttled", Duration.ofSeconds(30));
        });
        assertThat(tries).hasValue(1);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void whatComesTooLate_isDiscarded_andTheEndIsReached() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        CompletableFuture<String> discarded = new CompletableFuture<>();
        assertThatThrownBy(() -> calls(SHORT)
                        .make(
                                left -> {
                                    awaited(go);
                                    return "late";
                                },
                                end::countDown,
                                discarded::complete))
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE));
        assertThat(discarded).isNotDone();
        go.countDown();
        assertThat(discarded.get(10, TimeUnit.SECONDS)).isEqualTo("late");
        assertThat(end.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void callsThatHang_leaveRoomAgainOnceTheyEnd() throws Exception {
        PatientCalls calls = calls(SHORT);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(256);
        try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 256; i++) {
                var unused = threads.submit(() -> calls.make(
                        left -> {
                            awaited(go);
                            return "late";
                        },
                        ended::countDown,
                        late -> {}));
            }
        }
        assertThatThrownBy(() -> made(calls, left -> "served")).hasMessageContaining("too many calls waiting");
        go.countDown();
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(made(new PatientCalls("The service", LONG, new SecureRandom()), left -> "served"))
                .isEqualTo("served");
        assertThat(servedAgain(calls)).isEqualTo("served");
    }

    /** The last of them gives its room back just after its end. */
    private static String servedAgain(PatientCalls calls) {
        for (int i = 0; i < 20; i++) {
            try {
                return made(calls, left -> "served");
            } catch (VaultException full) {
                Thread.onSpinWait();
            }
        }
        return "full";
    }

    @Test
    void interruptedCaller_isRefused_andStaysInterrupted() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread caller = Thread.ofVirtual().start(() -> {
            refused(calls(LONG), left -> {
                awaited(go);
                return "late";
            });
            interrupted.complete(Thread.currentThread().isInterrupted());
        });
        caller.interrupt();
        assertThat(interrupted.get(10, TimeUnit.SECONDS)).isTrue();
        go.countDown();
    }

    private static PatientCalls calls(Duration patience) {
        return new PatientCalls("The service", patience, new SecureRandom());
    }

    private static String made(PatientCalls calls, PatientCalls.Call<String> call) {
        return calls.make(call, () -> {}, late -> {});
    }

    private static void refused(PatientCalls calls, PatientCalls.Call<String> call) {
        assertThatThrownBy(() -> made(calls, call))
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KMS_UNAVAILABLE));
    }

    private static void awaited(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
