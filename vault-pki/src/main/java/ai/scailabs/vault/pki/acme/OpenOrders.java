package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import java.util.UUID;

/** What depends on an account. */
interface OpenOrders {
    /** Whether something is under way by the account, or to be renewed. */
    boolean need(TenantId tenant, UUID account);

    /** Nothing is renewed by it any more. */
    void end(TenantTransaction tx, UUID account);
}
