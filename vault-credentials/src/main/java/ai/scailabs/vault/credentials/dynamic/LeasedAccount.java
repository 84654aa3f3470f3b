package ai.scailabs.vault.credentials.dynamic;

import ai.scailabs.vault.credentials.connector.Account;
import java.time.Instant;
import java.util.UUID;

/**
 * What a lease says of its credential, to whoever makes it or takes it away.
 *
 * @param account under which it is known at the target
 * @param recipe {@link NewCredential#recipe()}
 */
public record LeasedAccount(UUID lease, Account account, RoleRecipe recipe, Instant issuedAt, Instant expiresAt) {}
