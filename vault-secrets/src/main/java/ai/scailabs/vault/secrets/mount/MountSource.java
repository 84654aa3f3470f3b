package ai.scailabs.vault.secrets.mount;

/**
 * Which vault it is.
 *
 * @param id {@code fed_…}
 * @param name as its tenant calls it
 */
public record MountSource(String id, String name) {}
