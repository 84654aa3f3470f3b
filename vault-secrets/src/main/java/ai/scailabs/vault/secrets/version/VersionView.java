package ai.scailabs.vault.secrets.version;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One version of a secret without its value.
 *
 * @param secretType as the API writes it
 * @param current whether a read without a version gives this one
 * @param destroyedAt present when its value is gone for good
 * @param readableUntil present when another has replaced it under a rotation policy
 */
public record VersionView(
        int version,
        String secretType,
        boolean current,
        Instant createdAt,
        String createdBy,
        @Nullable String client,
        @Nullable String reason,
        @Nullable Instant destroyedAt,
        @Nullable String destroyedBy,
        @Nullable Instant readableUntil) {}
