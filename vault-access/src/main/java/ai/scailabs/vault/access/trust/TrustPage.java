package ai.scailabs.vault.access.trust;

import java.util.List;

/** @param hasMore whether others follow after the last */
public record TrustPage(List<Trust> trusts, boolean hasMore) {}
