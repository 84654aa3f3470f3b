package ai.scailabs.vault.pki.anchor;

import java.util.List;

/** @param hasMore whether others follow after the last */
public record TrustAnchorPage(List<TrustAnchor> anchors, boolean hasMore) {}
