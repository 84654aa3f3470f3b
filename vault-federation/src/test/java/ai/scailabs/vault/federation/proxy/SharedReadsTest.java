package ai.scailabs.vault.federation.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.RemoteSecret;
import ai.scailabs.vault.federation.remote.RemoteVersion;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SharedReadsTest {
    private static final int SHARERS = 20;
    private static final SharedReads.Wish WISH = wish("sa:one", "a", null);

    private final SharedReads reads = new SharedReads();

    private static SharedReads.Wish wish(String reader, String name, Integer version) {
        return new SharedReads.Wish(new IdentityId(reader), name, version);
    }

    private static RemoteSecret secret(byte[] data) {
        return new RemoteSecret(new RemoteVersion(1, true, Instant.EPOCH, null), SensitiveBytes.owning(data));
    }

    /** Begins one read that waits, and others that come meanwhile. */
    private List<Future<RemoteSecret>> together(SharedReads.Read read, CountDownLatch begun, CountDownLatch end)
            throws InterruptedException {
        WaitingThreads threads = new WaitingThreads();
        List<Future<RemoteSecret>> all = new ArrayList<>();
        SharedReads.Read waiting = () -> {
            begun.countDown();
            await(end);
            return read.make();
        };
        all.add(threads.submit(() -> reads.read(WISH, waiting)));
        await(begun);
        for (int sharer = 1; sharer < SHARERS; sharer++) {
            all.add(threads.submit(() -> reads.read(WISH, waiting)));
        }
        threads.awaitWaiting(SHARERS);
        end.countDown();
        return all;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Test
    void readsOfTheSame_areMadeOnce_andEachHasItsOwnCopy_whileTheFirstIsWiped() throws Exception {
        AtomicInteger made = new AtomicInteger();
        byte[] value = "CANARY".getBytes(StandardCharsets.UTF_8);
        List<Future<RemoteSecret>> all = together(
                () -> {
                    made.incrementAndGet();
                    return secret(value);
                },
                new CountDownLatch(1),
                new CountDownLatch(1));
        List<RemoteSecret> answers = new ArrayList<>();
        for (Future<RemoteSecret> each : all) {
            answers.add(each.get());
        }
        assertThat(made).hasValue(1);
        assertThat(value).containsOnly(0);
        answers.getFirst().close();
        assertThat(new String(answers.getLast().data().expose(), StandardCharsets.UTF_8))
                .isEqualTo("CANARY");
        // The next one asks again.
        reads.read(WISH, () -> {
            made.incrementAndGet();
            return secret(new byte[1]);
        });
        assertThat(made).hasValue(2);
    }

    @Test
    void failure_isEverySharers_andStaysNot() throws Exception {
        List<Future<RemoteSecret>> all = together(
                () -> {
                    throw new RemoteException(RemoteFailure.THROTTLED, "later");
                },
                new CountDownLatch(1),
                new CountDownLatch(1));
        for (Future<RemoteSecret> each : all) {
            assertThatThrownBy(each::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            RemoteException.class,
                            failed -> assertThat(failed.failure()).isEqualTo(RemoteFailure.THROTTLED));
        }
        assertThat(reads.read(WISH, () -> secret(new byte[1])).version().number())
                .isEqualTo(1);
    }

    @Test
    void otherReaders_names_andVersions_areOtherReads() throws Exception {
        AtomicInteger made = new AtomicInteger();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<RemoteSecret> first = threads.submit(() -> reads.read(WISH, () -> {
                begun.countDown();
                await(end);
                return secret(new byte[1]);
            }));
            await(begun);
            for (SharedReads.Wish other :
                    List.of(wish("sa:two", "a", null), wish("sa:one", "b", null), wish("sa:one", "a", 1))) {
                reads.read(other, () -> {
                    made.incrementAndGet();
                    return secret(new byte[1]);
                });
            }
            assertThat(made).hasValue(3);
            end.countDown();
            first.get();
        }
    }
}
