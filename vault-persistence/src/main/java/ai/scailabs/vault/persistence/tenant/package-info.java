/**
 * The tenant boundary: every statement runs for one tenant, which row-level security enforces again. Nothing here knows what the
 * tables mean. Start with {@link ai.scailabs.vault.persistence.tenant.TenantTransactions}.
 */
@NullMarked
package ai.scailabs.vault.persistence.tenant;

import org.jspecify.annotations.NullMarked;
