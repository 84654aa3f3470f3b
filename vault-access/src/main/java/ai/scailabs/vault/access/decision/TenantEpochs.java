package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;

/** Reads a tenant's epoch, which grows in the transaction of every change of its policies, bindings or keys. Thread-safe. */
public final class TenantEpochs {
    private final TenantTransactions transactions;

    public TenantEpochs(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    /** As of now; 0 for a tenant that does not exist here. */
    public long current(TenantId tenant) {
        return transactions
                .queryOne(
                        tenant,
                        "select epoch from tenant where tenant_id = ?",
                        (results, index) -> results.getLong(1),
                        tenant.value())
                .orElse(0L);
    }
}
