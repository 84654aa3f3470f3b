package ai.scailabs.vault.pki.request;

import java.util.List;

/** @param hasMore whether others follow after the last */
public record RequestPage(List<StoredRequest> requests, boolean hasMore) {}
