package ai.scailabs.vault.federation.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.federation.remote.RemoteDescription;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.RemoteSecret;
import ai.scailabs.vault.federation.remote.RemoteVault;
import ai.scailabs.vault.federation.remote.RemoteVersion;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PacedVaultTest {
    private final Deque<RemoteException> failures = new ArrayDeque<>();
    private final AtomicInteger asked = new AtomicInteger();

    private final RemoteVault vault = new RemoteVault() {
        @Override
        public void probe(List<String> prefixes) {}

        @Override
        public RemoteSecret read(String name, @Nullable Integer version) throws RemoteException {
            throw new RemoteException(RemoteFailure.NOT_FOUND, "none");
        }

        @Override
        public RemoteDescription describe(String name) throws RemoteException {
            throw new RemoteException(RemoteFailure.NOT_FOUND, "none");
        }

        @Override
        public List<RemoteVersion> versions(String name) {
            return List.of();
        }

        @Override
        public List<String> names(String prefix, boolean deep, int most) throws RemoteException {
            asked.incrementAndGet();
            RemoteException failure = failures.poll();
            if (failure != null) {
                throw failure;
            }
            return List.of(prefix);
        }

        @Override
        public void write(String name, SensitiveBytes data, @Nullable RemoteVersion seen) {}

        @Override
        public void close() {}
    };

    private static List<String> ask(PacedVault paced) throws RemoteException {
        return paced.call(vault -> vault.names("x", true, 1));
    }

    @Test
    void calls_areSpaced_howeverManyAskAtOnce() throws Exception {
        PacedVault paced = new PacedVault(vault, 100);
        long begun = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<String>>> all = IntStream.range(0, 31)
                    .mapToObj(i -> threads.submit(() -> ask(paced)))
                    .toList();
            for (Future<List<String>> each : all) {
                assertThat(each.get()).containsExactly("x");
            }
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
    }

    @Test
    void vaultThatAsksToWait_isWaitedForByAll() throws Exception {
        PacedVault paced = new PacedVault(vault, 1_000);
        failures.add(new RemoteException(RemoteFailure.THROTTLED, "later", Duration.ofMillis(400)));
        long begun = System.nanoTime();
        assertThat(ask(paced)).containsExactly("x");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(Duration.ofMillis(400));
        assertThat(asked).hasValue(2);
    }

    @Test
    void whatMayPass_isTriedAgain_andWhatIsAnAnswerIsNot() throws Exception {
        PacedVault paced = new PacedVault(vault, 1_000);
        failures.add(new RemoteException(RemoteFailure.SERVER_ERROR, "once"));
        assertThat(ask(paced)).containsExactly("x");
        assertThat(asked).hasValue(2);

        failures.add(new RemoteException(RemoteFailure.NOT_FOUND, "none"));
        fails(RemoteFailure.NOT_FOUND, paced);
        failures.add(new RemoteException(RemoteFailure.CREDENTIALS_REFUSED, "no"));
        fails(RemoteFailure.CREDENTIALS_REFUSED, paced);
        failures.add(new RemoteException(RemoteFailure.TIMED_OUT, "silence"));
        fails(RemoteFailure.TIMED_OUT, paced);
        assertThat(asked).hasValue(5);
    }

    @Test
    void vaultThatDoesNotComeBack_orNotSoon_isGivenUp() {
        PacedVault paced = new PacedVault(vault, 1_000);
        failures.add(new RemoteException(RemoteFailure.THROTTLED, "much later", Duration.ofMinutes(5)));
        assertThatThrownBy(() -> ask(paced))
                .isInstanceOfSatisfying(
                        RemoteException.class, e -> assertThat(e.retryAfter()).isEqualTo(Duration.ofMinutes(5)));
        assertThat(asked).hasValue(1);
        for (int i = 0; i < 3; i++) {
            failures.add(new RemoteException(RemoteFailure.UNREACHABLE, "gone"));
        }
        fails(RemoteFailure.UNREACHABLE, paced);
        assertThat(asked).hasValue(4);
    }

    private static void fails(RemoteFailure failure, PacedVault paced) {
        assertThatThrownBy(() -> ask(paced))
                .isInstanceOfSatisfying(
                        RemoteException.class, e -> assertThat(e.failure()).isEqualTo(failure));
    }
}
