package ai.scailabs.vault.credentials.dynamic;

import ai.scailabs.vault.credentials.connector.Account;
import java.time.Instant;

/**
 * What a lease says of its credential, to whoever makes it or takes it away.
 *
 * @param lease its id, as the API writes it
 * @param account under which it is known at the target
 * @param recipe {@link NewCredential#recipe()}
 * @param latestAt beyond which it is not renewed
 */
public record LeasedAccount(
        String lease, Account account, RoleRecipe recipe, Instant issuedAt, Instant expiresAt, Instant latestAt) {}
