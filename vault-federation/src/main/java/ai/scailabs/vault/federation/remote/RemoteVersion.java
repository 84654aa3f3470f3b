package ai.scailabs.vault.federation.remote;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One version of a secret, without its value.
 *
 * @param number 1 or more, greater than those of the versions before: the vault's own where it counts, else {@link VersionNumbers}
 * @param current whether a read without a version gives this one
 * @param goneAt since when its value cannot be read any more: it was deleted, destroyed or disabled; absent while it can
 */
public record RemoteVersion(
        int number,
        boolean current,
        Instant createdAt,
        @Nullable Instant goneAt) {
    public RemoteVersion {
        if (number < 1) {
            throw new IllegalArgumentException("versions count from 1");
        }
    }
}
