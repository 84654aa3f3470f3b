package ai.scailabs.vault.persistence.due;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.id.TenantId;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three at a time, two of a tenant. */
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FairWorkTest {
    private final List<Due> begun = Collections.synchronizedList(new ArrayList<>());
    private final List<Due> ended = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch letGo = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final FairWork work = workOf(this::hold, Duration.ofSeconds(20));

    private static FairWork workOf(Consumer<Due> job, Duration longestClose) {
        return new FairWork("a test", 3, 2, job, longestClose);
    }

    private static Due due(String tenant, int id) {
        return new Due(new TenantId("tnt_" + tenant), new UUID(0, id));
    }

    /** Until it is let go. */
    private void hold(Due due) {
        begun.add(due);
        try {
            letGo.await();
            ended.add(due);
        } catch (InterruptedException e) {
            interrupted.countDown();
        }
    }

    private static void run(FairWork work, Due... due) throws SQLException {
        work.run(ofATenant -> List.of(due));
    }

    @AfterEach
    void end() {
        letGo.countDown();
        work.close();
    }

    @Test
    void moreThanThereIsRoomFor_isLeft_andNobodyLooksWithoutRoom() throws SQLException {
        run(work, due("a", 1), due("b", 2), due("c", 3), due("d", 4));
        work.run(ofATenant -> {
            throw new AssertionError("it is full");
        });
        end();
        assertThat(ended).containsExactlyInAnyOrder(due("a", 1), due("b", 2), due("c", 3));
    }

    /** However many there are, each is done once, a few at a time, and those of others do not wait for one tenant's. */
    @Test
    void whatIsDue_isDoneUntilNothingIs() throws SQLException {
        Set<Due> left = ConcurrentHashMap.newKeySet();
        for (int i = 0; i < 500; i++) {
            left.add(due("many", i));
        }
        left.add(due("few", 1_000));
        AtomicInteger atOnce = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (FairWork quick = workOf(
                each -> {
                    most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
                    ended.add(each);
                    left.remove(each);
                    atOnce.decrementAndGet();
                },
                Duration.ofSeconds(20))) {
            quick.runDry(ofATenant -> left.stream().limit(ofATenant + 1).toList());
        }
        assertThat(ended).hasSizeGreaterThanOrEqualTo(501).contains(due("few", 1_000));
        assertThat(most.get()).isLessThanOrEqualTo(3);
        assertThat(left).isEmpty();
    }

    @Test
    void whoIsStopped_doesNotWaitForRoom() throws SQLException {
        run(work, due("a", 1), due("b", 2), due("c", 3));
        Thread runner = Thread.startVirtualThread(() -> {
            try {
                work.runDry(ofATenant -> List.of(due("d", 4)));
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        work.stop();
        assertThat(awaited(runner)).isTrue();
        end();
        assertThat(ended).doesNotContain(due("d", 4));
    }

    private static boolean awaited(Thread thread) {
        try {
            return thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void roomOfWhatIsOver_isTheNextOnes() throws SQLException {
        run(work, due("a", 1), due("b", 2), due("c", 3));
        letGo.countDown();
        while (!begun.contains(due("d", 4))) {
            run(work, due("d", 4));
        }
    }

    @Test
    void tenantWithMuchToDo_leavesRoomForOthers() throws SQLException {
        work.run(ofATenant -> {
            assertThat(ofATenant).isEqualTo(2);
            return List.of(due("a", 1), due("a", 2), due("a", 3), due("a", 4), due("b", 5));
        });
        end();
        assertThat(ended).containsExactlyInAnyOrder(due("a", 1), due("a", 2), due("b", 5));
    }

    @Test
    void whatIsUnderWay_isNotBegunAgain() throws SQLException {
        run(work, due("a", 1), due("a", 1));
        run(work, due("a", 1));
        // Of another tenant it is something else.
        run(work, due("b", 1));
        end();
        assertThat(ended).containsExactlyInAnyOrder(due("a", 1), due("b", 1));
    }

    @Test
    void whatFails_isWorkedOnAgain_andKeepsNoRoom() throws SQLException {
        try (FairWork failing = workOf(
                due -> {
                    begun.add(due);
                    throw new IllegalStateException("a failure of " + due.id());
                },
                Duration.ofSeconds(20))) {
            while (begun.size() < 50) {
                run(failing, due("a", 1), due("a", 2), due("b", 3), due("c", 4));
            }
            assertThat(begun).contains(due("a", 1), due("a", 2), due("b", 3));
        }
    }

    @Test
    void lookThatFails_isHeardOf_andLeavesTheRoom() throws SQLException {
        assertThatThrownBy(() -> work.run(ofATenant -> {
                    throw new SQLException("away");
                }))
                .hasMessage("away");
        run(work, due("a", 1));
        end();
        assertThat(ended).containsExactly(due("a", 1));
    }

    @Test
    void afterAStop_nothingBegins_andWhatIsUnderWayGoesOn() throws SQLException {
        run(work, due("a", 1));
        assertThat(work.isStopping()).isFalse();
        work.stop();
        assertThat(work.isStopping()).isTrue();
        run(work, due("b", 2));
        end();
        assertThat(ended).containsExactly(due("a", 1));
    }

    @Test
    void close_waitsForWhatIsUnderWay() throws Exception {
        run(work, due("a", 1), due("b", 2));
        CompletableFuture<Void> closed = CompletableFuture.runAsync(work::close);
        while (!work.isStopping()) {
            Thread.onSpinWait();
        }
        assertThat(closed).isNotDone();
        letGo.countDown();
        closed.get();
        assertThat(ended).hasSize(2);
    }

    @Test
    void close_interruptsWhatTakesTooLong() throws Exception {
        try (FairWork hasty = workOf(this::hold, Duration.ZERO)) {
            run(hasty, due("a", 1));
        }
        interrupted.await();
        assertThat(ended).isEmpty();
    }

    @Test
    void closeThatIsInterrupted_waitsNoMore_andSaysSo() throws Exception {
        run(work, due("a", 1));
        Thread.currentThread().interrupt();
        work.close();
        assertThat(Thread.interrupted()).isTrue();
        interrupted.await();
        assertThat(ended).isEmpty();
    }
}
