package ai.scailabs.vault.federation.proxy;

import ai.scailabs.vault.federation.backend.Backend;
import ai.scailabs.vault.federation.backend.BackendOpener;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Scheduler;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The backends that are in use, each by itself: what one does touches no other. Thread-safe. */
final class OpenVaults implements AutoCloseable {
    private static final int MOST = 2_000;
    /** Without being used. */
    private static final Duration KEPT = Duration.ofMinutes(15);

    private final BackendOpener opener;
    private final ProxyListener listener;
    private final Cache<Key, VaultLine> lines = Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterAccess(KEPT)
            .scheduler(Scheduler.systemScheduler())
            .executor(Runnable::run)
            .<Key, VaultLine>evictionListener((key, line, cause) -> {
                if (line != null) {
                    line.close();
                }
            })
            .build();

    OpenVaults(BackendOpener opener, ProxyListener listener) {
        this.opener = opener;
        this.listener = listener;
    }

    /** A backend that was changed is another one: nothing is known against it. */
    VaultLine of(Backend backend) {
        return lines.get(new Key(backend.id(), backend.revision()), key -> new VaultLine(backend, opener, listener));
    }

    /** As {@link VaultLine#lastOutcome()}, without opening anything. */
    @Nullable
    String lastOutcome(Backend backend) {
        VaultLine line = lines.getIfPresent(new Key(backend.id(), backend.revision()));
        return line == null ? null : line.lastOutcome();
    }

    int leftAlone() {
        return (int)
                lines.asMap().values().stream().filter(VaultLine::isLeftAlone).count();
    }

    @Override
    public void close() {
        lines.asMap().values().forEach(VaultLine::close);
        lines.invalidateAll();
    }

    private record Key(UUID backend, int revision) {}
}
