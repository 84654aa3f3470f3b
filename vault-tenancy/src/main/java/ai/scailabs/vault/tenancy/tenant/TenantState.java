package ai.scailabs.vault.tenancy.tenant;

import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;

/**
 * A tenant as it was when it was last read. That it belongs to the partner never changes; the rest may have changed since.
 *
 * @param active false while the tenant is suspended
 * @param epoch grows with every change of the tenant's policies, bindings or keys
 * @param softDeleteDays how long a deleted secret can be restored: 1 to 365
 */
public record TenantState(TenantId tenant, PartnerId partner, boolean active, long epoch, int softDeleteDays) {}
