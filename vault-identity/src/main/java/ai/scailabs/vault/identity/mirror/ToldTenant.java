package ai.scailabs.vault.identity.mirror;

import ai.scailabs.vault.identity.directory.IdentityStatus;
import ai.scailabs.vault.kernel.id.TenantId;
import org.jspecify.annotations.Nullable;

/** What ScaiKey says of a tenant; what is absent it did not say. */
public record ToldTenant(
        TenantId id,
        @Nullable String name,
        @Nullable String slug,
        @Nullable IdentityStatus status) {}
