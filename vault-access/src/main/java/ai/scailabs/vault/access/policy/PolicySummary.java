package ai.scailabs.vault.access.policy;

import java.time.Instant;

/**
 * A policy as a list shows it.
 *
 * @param bindingCount those that have not lapsed
 */
public record PolicySummary(
        String id,
        String name,
        String scope,
        int ruleCount,
        int bindingCount,
        boolean active,
        Instant createdAt,
        Instant updatedAt) {}
