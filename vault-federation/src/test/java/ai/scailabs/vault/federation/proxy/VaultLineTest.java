package ai.scailabs.vault.federation.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.federation.backend.Backend;
import ai.scailabs.vault.federation.backend.BackendOpener;
import ai.scailabs.vault.federation.mapping.PathMapping;
import ai.scailabs.vault.federation.remote.BackendConfig;
import ai.scailabs.vault.federation.remote.BackendType;
import ai.scailabs.vault.federation.remote.RemoteDescription;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.RemoteSecret;
import ai.scailabs.vault.federation.remote.RemoteVault;
import ai.scailabs.vault.federation.remote.RemoteVaults;
import ai.scailabs.vault.federation.remote.RemoteVersion;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VaultLineTest {
    private static final int CALLERS = 20;

    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();
    private final WaitingThreads callers = new WaitingThreads();

    private static Backend backend() {
        return new Backend(
                new TenantId("tnt_line"),
                new UUID(1, 1),
                "line",
                new BackendConfig.Aws("eu-central-1", null, null, null),
                PathMapping.of(BackendType.AWS_SECRETS_MANAGER, Map.of("a/**", "b/**")),
                null,
                null,
                1,
                Instant.EPOCH,
                "user:a@b.test",
                Instant.EPOCH);
    }

    // Without a mandate there are no credentials to read.
    @SuppressWarnings("NullAway")
    private static VaultLine line(RemoteVaults vaults) {
        return new VaultLine(backend(), new BackendOpener(null, vaults, vaults), (type, outcome, nanos) -> {});
    }

    /** Answers names with what it is told, and nothing else. */
    private RemoteVault vault(List<String> names) {
        opened.incrementAndGet();
        return new RemoteVault() {
            @Override
            public void probe(List<String> prefixes) {}

            @Override
            public RemoteSecret read(String name, @Nullable Integer version) throws RemoteException {
                throw new RemoteException(RemoteFailure.NOT_FOUND, "none");
            }

            @Override
            public void write(String name, SensitiveBytes data, @Nullable RemoteVersion seen) throws RemoteException {
                throw new RemoteException(RemoteFailure.CHANGED, "none");
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
            public List<String> names(String prefix, boolean deep, int most) {
                return names;
            }

            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
    }

    private List<Future<List<String>>> many(VaultLine line) {
        List<Future<List<String>>> all = new ArrayList<>();
        for (int caller = 0; caller < CALLERS; caller++) {
            all.add(callers.submit(() -> line.call(vault -> vault.names("", true, 1))));
        }
        return all;
    }

    @Test
    void vaultIsOpenedOnce_howeverManyWaitForIt_andClosedAfterTheLastCall() throws Exception {
        VaultLine line = line((config, credentials, tenant) -> {
            callers.awaitWaiting(CALLERS - 1);
            return vault(List.of("x"));
        });
        for (Future<List<String>> each : many(line)) {
            assertThat(each.get()).containsExactly("x");
        }
        assertThat(opened).hasValue(1);
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Integer> last = threads.submit(() -> line.call(vault -> {
                asked.countDown();
                try {
                    ended.await(10, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return closed.get();
            }));
            asked.await(10, TimeUnit.SECONDS);
            line.close();
            ended.countDown();
            assertThat(last.get()).isZero();
        }
        assertThat(closed).hasValue(1);
    }

    /** What makes one wait is not waited for by each in turn. */
    @Test
    void failureToOpen_isWaitedForOnce() {
        AtomicInteger tries = new AtomicInteger();
        VaultLine line = line((config, credentials, tenant) -> {
            tries.incrementAndGet();
            callers.awaitWaiting(CALLERS - 1);
            throw new RemoteException(RemoteFailure.CREDENTIALS_UNUSABLE, "none");
        });
        for (Future<List<String>> each : many(line)) {
            assertThatThrownBy(each::get)
                    .cause()
                    .isInstanceOfSatisfying(
                            RemoteException.class,
                            failed -> assertThat(failed.failure()).isEqualTo(RemoteFailure.CREDENTIALS_UNUSABLE));
        }
        assertThat(tries).hasValue(1);
    }

    @Test
    void accidentWhileOpening_isNobodysEnd() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        VaultLine line = line((config, credentials, tenant) -> {
            if (tries.incrementAndGet() == 1) {
                throw new NoClassDefFoundError("none");
            }
            return vault(List.of());
        });
        assertThatThrownBy(() -> line.call(vault -> vault.names("", true, 1))).isInstanceOf(NoClassDefFoundError.class);
        List<String> names = line.call(vault -> vault.names("", true, 1));
        assertThat(names).isEmpty();
    }

    /** They were read a moment ago: reading them again would only cost the other vault a login. */
    @Test
    void freshCredentialsThatAreRefused_areNotReadAgain() {
        VaultLine line = line((config, credentials, tenant) -> vault(List.of()));
        assertThatThrownBy(() -> line.call(vault -> {
                    throw new RemoteException(RemoteFailure.CREDENTIALS_REFUSED, "no");
                }))
                .isInstanceOf(RemoteException.class);
        assertThat(opened).hasValue(1);
        assertThat(line.isLeftAlone()).isFalse();
    }
}
