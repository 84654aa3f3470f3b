/**
 * Which tenants there are, to which partner each belongs and what state it is in. Knows nothing of identities, secrets or keys. Start with {@link
 * ai.scailabs.vault.tenancy.tenant.TenantRegistry}.
 */
@NullMarked
package ai.scailabs.vault.tenancy.tenant;

import org.jspecify.annotations.NullMarked;
