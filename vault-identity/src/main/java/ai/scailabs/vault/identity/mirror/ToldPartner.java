package ai.scailabs.vault.identity.mirror;

import ai.scailabs.vault.identity.directory.IdentityStatus;
import ai.scailabs.vault.kernel.id.PartnerId;
import org.jspecify.annotations.Nullable;

/** What ScaiKey says of a partner; what is absent it did not say. */
public record ToldPartner(
        PartnerId id,
        @Nullable String name,
        @Nullable String slug,
        @Nullable String region,
        @Nullable IdentityStatus status) {}
