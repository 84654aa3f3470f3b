package ai.scailabs.vault.federation.backend;

import java.util.List;

/** Some backends, in order. */
public record BackendPage(List<Backend> backends, boolean hasMore) {}
