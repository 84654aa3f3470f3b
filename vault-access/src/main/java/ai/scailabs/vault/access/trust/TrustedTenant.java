package ai.scailabs.vault.access.trust;

import ai.scailabs.vault.kernel.id.PartnerId;
import org.jspecify.annotations.Nullable;

/**
 * A tenant that somebody without a token named, and its trust of that name.
 *
 * @param active false while the tenant is suspended
 * @param trust absent when it has none, or none that this version understands
 */
public record TrustedTenant(
        PartnerId partner, boolean active, @Nullable Trust trust) {}
