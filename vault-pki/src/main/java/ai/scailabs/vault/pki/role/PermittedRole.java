package ai.scailabs.vault.pki.role;

/**
 * A role that somebody may use.
 *
 * @param epoch of the policies that say so
 */
public record PermittedRole(StoredRole role, long epoch) {}
