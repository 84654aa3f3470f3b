package ai.scailabs.vault.identity.mirror;

import ai.scailabs.vault.identity.directory.IdentityStatus;

/**
 * Something or somebody that was let in and is not any more, or the other way round.
 *
 * @param id of the person, tenant or partner
 */
public record StandingChange(String id, IdentityStatus status) {}
