package ai.scailabs.vault.audit.trail;

/**
 * What an answer from memory rests on: that the tenant whose log the entry lies in is active and still at this epoch, and the secret at the entry's path still at this
 * revision. It is looked at in the statement that writes the entry, which is written only if it holds.
 *
 * @param epoch of the tenant when its policies and keys were read
 * @param revision of the secret when its row was read
 */
public record Premise(long epoch, long revision) {}
