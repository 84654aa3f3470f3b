package ai.scailabs.vault.credentials.lease;

import java.util.UUID;

/**
 * How it stands with an engine, whose ever it is.
 *
 * @param healthy as its target was found last, by whatever instance
 * @param live leases that have not ended
 */
public record EngineStanding(UUID engine, boolean healthy, long live) {}
