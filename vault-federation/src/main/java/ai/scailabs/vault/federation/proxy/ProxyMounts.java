package ai.scailabs.vault.federation.proxy;

import ai.scailabs.vault.federation.backend.Backend;
import ai.scailabs.vault.federation.backend.BackendOpener;
import ai.scailabs.vault.federation.backend.Backends;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.secrets.mount.MountTable;
import ai.scailabs.vault.secrets.mount.Mounts;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

/** Which paths of a tenant its backends cover, by the backends of the epoch that is asked for. What a partner shares is mounted nowhere: backends are tenants'. Thread-safe. */
public final class ProxyMounts implements Mounts, AutoCloseable {
    private static final int MOST_TENANTS = 10_000;

    private final Backends backends;
    private final OpenVaults vaults;
    private final LastCopies copies;
    private final ConcurrentHashMap<TenantId, CompletableFuture<RouteTable>> reads = new ConcurrentHashMap<>();
    private final Cache<TenantId, RouteTable> tables = Caffeine.newBuilder()
            .maximumSize(MOST_TENANTS)
            .executor(Runnable::run)
            .build();

    public ProxyMounts(Backends backends, BackendOpener opener, LastCopies copies, ProxyListener listener) {
        this.backends = backends;
        this.copies = copies;
        this.vaults = new OpenVaults(opener, listener);
    }

    @Override
    public MountTable at(TenantId owner, long epoch) {
        if (owner.isShared()) {
            return MountTable.EMPTY;
        }
        RouteTable known = tables.getIfPresent(owner);
        return known != null && known.epoch() >= epoch ? known : read(owner, epoch);
    }

    /** Who comes while a read is under way shares it, unless that read began too early to see the epoch. The one after it cannot: it begins later than the caller came. */
    private RouteTable read(TenantId owner, long epoch) {
        CompletableFuture<RouteTable> mine = new CompletableFuture<>();
        CompletableFuture<RouteTable> underWay = reads.putIfAbsent(owner, mine);
        if (underWay != null) {
            RouteTable shared = outcome(underWay);
            if (shared.epoch() >= epoch) {
                return shared;
            }
            underWay = reads.putIfAbsent(owner, mine);
        }
        RouteTable table = underWay == null ? readFor(owner, mine) : outcome(underWay);
        if (table.epoch() < epoch) {
            throw new VaultException(
                    ErrorCode.SERVICE_UNAVAILABLE, "The database does not yet tell which paths are mounted");
        }
        return table;
    }

    private RouteTable readFor(TenantId owner, CompletableFuture<RouteTable> waiting) {
        try {
            Backends.Standing standing = backends.of(owner);
            RouteTable table = new RouteTable(standing.epoch(), standing.backends(), vaults, copies);
            tables.asMap().merge(owner, table, (old, read) -> old.epoch() > read.epoch() ? old : read);
            // Gone before it is complete, so that nobody finds it twice.
            reads.remove(owner, waiting);
            waiting.complete(table);
            return table;
        } catch (RuntimeException | Error failure) {
            reads.remove(owner, waiting);
            waiting.completeExceptionally(failure);
            throw failure;
        }
    }

    private static RouteTable outcome(CompletableFuture<RouteTable> read) {
        try {
            return read.join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw failed;
        }
    }

    /** What this instance knows of a backend that is read live; nobody is asked. */
    public BackendHealth health(Backend backend) {
        return BackendHealth.of(backend.name(), vaults.lastOutcome(backend));
    }

    /** How many backends fail so often that they are left alone at this moment. */
    public int leftAlone() {
        return vaults.leftAlone();
    }

    @Override
    public void close() {
        vaults.close();
    }
}
