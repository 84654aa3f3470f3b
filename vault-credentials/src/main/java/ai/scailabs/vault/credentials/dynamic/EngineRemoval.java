package ai.scailabs.vault.credentials.dynamic;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;

/** Removes engines that make nothing more and have nothing left. Thread-safe. */
public final class EngineRemoval {
    private final EngineRepository repository;

    public EngineRemoval(TenantTransactions transactions) {
        this.repository = new EngineRepository(transactions);
    }

    /** It makes no more from now on. @throws VaultException {@code engine_not_found} */
    public void leave(Engine engine, AuditEntry entry) {
        repository.transactions().inTransaction(engine.tenant(), tx -> {
            if (!repository.leave(tx, engine.id())) {
                throw EngineService.notFound();
            }
            repository.record(tx, EngineService.described(entry, engine));
            return engine;
        });
    }

    /** False while leases of it live. What removes it was told when it began to leave. */
    public boolean removeIfOver(Engine engine) {
        return repository.transactions().inTransaction(engine.tenant(), tx -> repository.delete(tx, engine.id()));
    }

    /** At once, where no lease of it lives; false otherwise. */
    public boolean remove(Engine engine, AuditEntry entry) {
        return repository.transactions().inTransaction(engine.tenant(), tx -> {
            if (!repository.delete(tx, engine.id())) {
                return false;
            }
            repository.record(tx, EngineService.described(entry, engine));
            return true;
        });
    }
}
