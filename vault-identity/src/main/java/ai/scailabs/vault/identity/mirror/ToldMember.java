package ai.scailabs.vault.identity.mirror;

import ai.scailabs.vault.identity.directory.UserId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What ScaiKey says of somebody and a group.
 *
 * @param type for example {@code DIRECT}
 * @param present false: no member any more
 */
public record ToldMember(UserId user, String type, @Nullable Instant addedAt, boolean present) {}
