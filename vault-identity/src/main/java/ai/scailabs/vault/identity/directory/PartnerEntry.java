package ai.scailabs.vault.identity.directory;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A partner as ScaiKey has told. */
public record PartnerEntry(
        String id,
        @Nullable String name,
        @Nullable String slug,
        @Nullable String region,
        String status,
        Instant lastSyncedAt) {}
