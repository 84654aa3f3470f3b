package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How often secrets of a tenant are renewed, and how.
 *
 * @param name unique in the tenant
 * @param autoGenerate whether the next value is made here; else somebody writes it
 * @param secretPolicy by which it is made; absent for a random text in place of the one that the secret holds
 * @param webhooks who are told whatever they listen for
 * @param secrets that are under it; what was read with it, not kept
 */
public record RotationPolicy(
        TenantId tenant,
        UUID id,
        String name,
        @Nullable String description,
        RotationTerms terms,
        boolean autoGenerate,
        @Nullable UUID secretPolicy,
        List<String> webhooks,
        boolean active,
        long secrets,
        int revision,
        Instant createdAt,
        String createdBy,
        Instant updatedAt) {
    private static final String PREFIX = "rot_";

    public RotationPolicy {
        webhooks = List.copyOf(webhooks);
    }

    /** Its id as the API writes it. */
    public String text() {
        return text(id);
    }

    /** An id as the API writes it. */
    public static String text(UUID id) {
        return Ids.text(PREFIX, id);
    }

    /** The reverse of {@link #text()}; empty for any other text. */
    public static Optional<UUID> parseId(String text) {
        return Ids.uuid(PREFIX, text);
    }

    @Override
    public String toString() {
        return "RotationPolicy[" + text() + " of " + tenant + ", revision " + revision + "]";
    }
}
