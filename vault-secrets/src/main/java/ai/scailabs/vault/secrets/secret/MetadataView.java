package ai.scailabs.vault.secrets.secret;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A secret without its value, and what is stored of its past.
 *
 * @param versionCount stored versions, destroyed ones included
 * @param oldestVersion the lowest number among them
 */
public record MetadataView(SecretView secret, int versionCount, int oldestVersion) {
    public @Nullable Instant deletedAt() {
        return secret.deletedAt();
    }

    public @Nullable Instant recoverableUntil() {
        return secret.recoverableUntil();
    }
}
