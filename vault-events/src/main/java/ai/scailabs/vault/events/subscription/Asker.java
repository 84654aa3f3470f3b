package ai.scailabs.vault.events.subscription;

import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.TenantId;

/**
 * Who asks about subscriptions.
 *
 * @param administers whether those of others are shown to them, too
 */
public record Asker(TenantId tenant, IdentityId identity, boolean administers) {}
