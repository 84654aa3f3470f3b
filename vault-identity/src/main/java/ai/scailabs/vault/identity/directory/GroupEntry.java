package ai.scailabs.vault.identity.directory;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A group as ScaiKey has told.
 *
 * @param identityId as tokens and bindings call it; absent where no identity can be called after the name
 */
public record GroupEntry(
        String id,
        String tenantId,
        @Nullable String name,
        @Nullable String identityId,
        @Nullable String description,
        long memberCount,
        String status,
        Instant lastSyncedAt) {}
