package ai.scailabs.vault.identity.directory;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A person as ScaiKey has told.
 *
 * @param identityId as tokens call them; absent where no identity can be called after the e-mail address
 * @param mfaEnabled absent when ScaiKey has not told
 * @param groups ids, in order
 * @param roles those that count: assigned here, else those of ScaiKey
 */
public record UserEntry(
        String id,
        String tenantId,
        @Nullable String email,
        @Nullable String identityId,
        @Nullable String displayName,
        String status,
        @Nullable Boolean mfaEnabled,
        List<String> groups,
        List<String> roles,
        Instant lastSyncedAt) {}
