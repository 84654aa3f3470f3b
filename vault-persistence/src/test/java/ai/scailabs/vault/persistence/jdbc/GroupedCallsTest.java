package ai.scailabs.vault.persistence.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataIntegrityViolationException;

class GroupedCallsTest {
    private static final int POISON = 13;

    private final List<List<Integer>> together = new CopyOnWriteArrayList<>();
    private final List<Integer> alone = new CopyOnWriteArrayList<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    /** Odd ones are outdated. */
    private List<Optional<String>> call(List<Integer> group, boolean byItself) {
        if (byItself) {
            alone.addAll(group);
        } else {
            together.add(List.copyOf(group));
            begun.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        if (group.contains(POISON)) {
            throw new DataIntegrityViolationException("refused");
        }
        return group.stream()
                .map(each -> each % 2 == 0 ? Optional.of("made " + each) : Optional.<String>empty())
                .toList();
    }

    /** All but the first are one group. */
    private Map<Integer, Future<Optional<String>>> make(GroupedCalls<Integer, String> calls, int... wanted)
            throws InterruptedException {
        Map<Integer, Future<Optional<String>>> futures = new ConcurrentHashMap<>();
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            futures.put(0, threads.submit(() -> calls.make(0)));
            begun.await();
            for (int each : wanted) {
                futures.put(each, threads.submit(() -> calls.make(each)));
            }
            while (calls.waiting() < wanted.length) {
                Thread.onSpinWait();
            }
            goOn.countDown();
        }
        return futures;
    }

    @Test
    void whatIsWantedAtTheSameTime_isOneCall_andEachIsToldItsOwn() throws Exception {
        try (GroupedCalls<Integer, String> calls = new GroupedCalls<>("test", 1, this::call)) {
            Map<Integer, Future<Optional<String>>> made = make(calls, 2, 3, 4);

            assertThat(made.get(2).get()).contains("made 2");
            assertThat(made.get(3).get()).isEmpty();
            assertThat(made.get(4).get()).contains("made 4");
        }
        assertThat(together).hasSize(2);
        assertThat(together.get(1)).containsExactlyInAnyOrder(2, 3, 4);
        assertThat(alone).isEmpty();
    }

    /** As from one that was frozen. */
    @Test
    void databaseThatSaysNothing_isGivenUp() {
        try (GroupedCalls<Integer, String> calls = new GroupedCalls<>("test", 1, this::call, Duration.ofMillis(50))) {
            assertThatThrownBy(() -> calls.make(0)).isInstanceOfSatisfying(VaultException.class, refusal -> {
                assertThat(refusal.code()).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
                assertThat(refusal.getMessage()).contains("not known");
            });
            goOn.countDown();
        }
        assertThat(together).hasSize(1);
        assertThat(alone).isEmpty();
    }

    @Test
    void oneThatIsRefused_failsNobodyElse() throws Exception {
        try (GroupedCalls<Integer, String> calls = new GroupedCalls<>("test", 1, this::call)) {
            Map<Integer, Future<Optional<String>>> made = make(calls, 2, POISON, 4);

            assertThat(made.get(2).get()).contains("made 2");
            assertThat(made.get(4).get()).contains("made 4");
            assertThatThrownBy(() -> made.get(POISON).get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(DataIntegrityViolationException.class);
        }
        assertThat(alone).containsExactlyInAnyOrder(2, POISON, 4);
    }

    @Test
    void failureThatLeavesOpenWhatHappened_isToldToAll_andNothingIsTriedAgain() {
        List<Integer> tried = new ArrayList<>();
        GroupedCalls.Call<Integer, String> broken = (group, byItself) -> {
            tried.addAll(group);
            throw new IllegalStateException("the connection broke");
        };
        try (GroupedCalls<Integer, String> calls = new GroupedCalls<>("test", 1, broken)) {
            assertThatThrownBy(() -> calls.make(2)).hasMessage("the connection broke");
        }
        assertThat(tried).containsExactly(2);
    }

    @Test
    void closed_takesNothing() {
        GroupedCalls<Integer, String> calls = new GroupedCalls<>("test", 1, this::call);
        calls.close();
        assertThatThrownBy(() -> calls.make(2)).hasMessageContaining("cannot keep up");
    }
}
