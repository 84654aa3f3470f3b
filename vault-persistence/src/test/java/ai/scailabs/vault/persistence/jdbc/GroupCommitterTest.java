package ai.scailabs.vault.persistence.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class GroupCommitterTest {
    private final List<List<Integer>> groups = new CopyOnWriteArrayList<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    @Test
    void whatComesWhileAGroupIsUnderWay_isTheNextGroup() throws InterruptedException {
        try (GroupCommitter<Integer> committer = new GroupCommitter<>("test", 1, 100, 10, this::slow)) {
            committer.offer(0);
            begun.await();
            for (int i = 1; i <= 15; i++) {
                assertThat(committer.offer(i)).isTrue();
            }
            assertThat(committer.depth()).isEqualTo(15);
            goOn.countDown();
        }

        assertThat(groups)
                .containsExactly(List.of(0), List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), List.of(11, 12, 13, 14, 15));
    }

    @Test
    void fullQueue_takesNoMore() throws InterruptedException {
        try (GroupCommitter<Integer> committer = new GroupCommitter<>("test", 1, 2, 10, this::slow)) {
            committer.offer(0);
            begun.await();

            assertThat(committer.offer(1)).isTrue();
            assertThat(committer.offer(2)).isTrue();
            assertThat(committer.offer(3)).isFalse();
            goOn.countDown();
        }

        assertThat(groups).containsExactly(List.of(0), List.of(1, 2));
    }

    @Test
    void close_commitsWhatIsQueuedAndTakesNoMore() throws InterruptedException {
        GroupCommitter<Integer> committer = new GroupCommitter<>("test", 1, 100, 10, this::slow);
        committer.offer(0);
        begun.await();
        committer.offer(1);
        goOn.countDown();

        committer.close();

        assertThat(committer.offer(2)).isFalse();
        assertThat(groups).containsExactly(List.of(0), List.of(1));
    }

    private void slow(List<Integer> group) {
        begun.countDown();
        try {
            goOn.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        groups.add(List.copyOf(group));
    }
}
