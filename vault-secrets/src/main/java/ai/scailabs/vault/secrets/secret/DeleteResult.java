package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.kernel.path.SecretPath;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a deletion did.
 *
 * @param versionCount versions that were deleted
 * @param recoverableUntil absent when the deletion is permanent
 */
public record DeleteResult(
        SecretPath path,
        boolean permanent,
        int versionCount,
        @Nullable Instant recoverableUntil) {}
