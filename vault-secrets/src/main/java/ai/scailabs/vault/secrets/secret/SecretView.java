package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.kernel.path.SecretPath;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A secret without its value.
 *
 * @param version the current one, or the one that was asked for
 * @param metadataJson a JSON object as the database wrote it
 * @param lastAccessedAt approximate; only lists and metadata look it up, a read of the value leaves it out
 * @param deletedAt present while the secret is soft-deleted
 * @param recoverableUntil present while the secret is soft-deleted: from then on it may be gone
 */
public record SecretView(
        SecretPath path,
        SecretType type,
        int version,
        String metadataJson,
        SecretOptions options,
        Instant createdAt,
        Instant updatedAt,
        @Nullable Instant expiresAt,
        @Nullable Instant lastAccessedAt,
        @Nullable String rotationPolicyId,
        @Nullable String secretPolicyId,
        @Nullable Instant deletedAt,
        @Nullable Instant recoverableUntil) {}
