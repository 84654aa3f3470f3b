package ai.scailabs.vault.access.policy;

import java.util.List;

/** @param hasMore whether more follow after the last of these */
public record PolicyPage(List<PolicySummary> policies, boolean hasMore) {}
