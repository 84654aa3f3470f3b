package ai.scailabs.vault.access.policy;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A binding as a caller sent it.
 *
 * @param expiresAt when it lapses by itself; null for never
 */
public record BindingDraft(
        @Nullable String identityType,
        @Nullable String identityId,
        @Nullable Instant expiresAt) {}
