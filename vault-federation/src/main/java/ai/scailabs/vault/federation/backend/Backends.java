package ai.scailabs.vault.federation.backend;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The backends of a tenant for whoever serves its reads. Thread-safe. */
public final class Backends {
    private final BackendRepository repository;

    public Backends(TenantTransactions transactions) {
        this.repository = new BackendRepository(transactions);
    }

    /** All of a tenant, as they are now. */
    public Standing of(TenantId tenant) {
        return repository.standing(tenant);
    }

    public Optional<Backend> find(TenantId tenant, UUID id) {
        return repository.find(tenant, id);
    }

    /** @param epoch of the tenant, in which the backends are as they are told; 0 when there is no such tenant */
    public record Standing(long epoch, List<Backend> backends) {
        public Standing {
            backends = List.copyOf(backends);
        }
    }
}
