package ai.scailabs.vault.identity.role;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The roles of a person.
 *
 * @param roles those that count: assigned here, else those that ScaiKey told
 * @param assignedAt absent when they are ScaiKey's
 * @param assignedBy absent when they are ScaiKey's
 */
public record UserRoles(
        String userId,
        List<String> roles,
        @Nullable Instant assignedAt,
        @Nullable String assignedBy) {}
