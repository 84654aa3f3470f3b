package ai.scailabs.vault.identity.mirror;

import ai.scailabs.vault.identity.directory.GroupId;
import ai.scailabs.vault.identity.directory.IdentityStatus;
import org.jspecify.annotations.Nullable;

/** What ScaiKey says of a group; what is absent it did not say. */
public record ToldGroup(
        GroupId id,
        @Nullable String name,
        @Nullable String description,
        @Nullable IdentityStatus status) {}
