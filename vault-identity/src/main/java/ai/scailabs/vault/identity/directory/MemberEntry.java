package ai.scailabs.vault.identity.directory;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Who is in a group; only the id is known of somebody of whom ScaiKey has not told yet. */
public record MemberEntry(
        String userId,
        @Nullable String email,
        String membershipType,
        @Nullable Instant addedAt) {}
