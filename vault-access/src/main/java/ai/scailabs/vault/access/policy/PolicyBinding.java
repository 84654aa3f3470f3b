package ai.scailabs.vault.access.policy;

import ai.scailabs.vault.kernel.id.IdentityId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Grants one identity what a policy allows.
 *
 * @param expiresAt from then on it grants nothing; null for never
 */
public record PolicyBinding(
        String id,
        String policyId,
        IdentityId identity,
        @Nullable Instant expiresAt,
        Instant createdAt,
        String createdBy) {}
