package ai.scailabs.vault.federation.sync;

import ai.scailabs.vault.federation.backend.Backend;
import ai.scailabs.vault.federation.backend.Backends;
import ai.scailabs.vault.federation.proxy.BackendHealth;
import ai.scailabs.vault.federation.proxy.ProxyMounts;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What is known of the backends of a tenant without asking any: of those that are read live by this instance's last call, of others by the last run. Thread-safe. */
public final class BackendHealths {
    private final Backends backends;
    private final RunRepository runs;
    private final ProxyMounts mounts;

    public BackendHealths(TenantTransactions transactions, ProxyMounts mounts) {
        this.backends = new Backends(transactions);
        this.runs = new RunRepository(transactions);
        this.mounts = mounts;
    }

    /** In the order of their ids. */
    public List<BackendHealth> of(TenantId tenant) {
        List<Backend> all = backends.of(tenant).backends();
        Map<UUID, CopyState> states = all.stream().allMatch(Backend::isReadLive) ? Map.of() : runs.states(tenant);
        return all.stream()
                .map(backend -> backend.isReadLive()
                        ? mounts.health(backend)
                        : copied(backend.name(), states.get(backend.id())))
                .toList();
    }

    private static BackendHealth copied(String name, @Nullable CopyState state) {
        if (state != null && state.errorCode() != null) {
            return new BackendHealth(name, BackendHealth.State.UNAVAILABLE, state.errorCode());
        }
        boolean known = state != null && state.lastRun() != null;
        return new BackendHealth(name, known ? BackendHealth.State.HEALTHY : BackendHealth.State.UNUSED, null);
    }
}
