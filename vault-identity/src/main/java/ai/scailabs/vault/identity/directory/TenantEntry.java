package ai.scailabs.vault.identity.directory;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A tenant as ScaiKey has told. */
public record TenantEntry(
        String id,
        String partnerId,
        @Nullable String name,
        @Nullable String slug,
        String status,
        Instant lastSyncedAt) {}
