package ai.scailabs.vault.credentials.recipe;

import ai.scailabs.vault.credentials.generator.Recipe;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A recipe of a tenant.
 *
 * @param name unique in the tenant
 * @param active whether anything is made by it
 */
public record SecretPolicy(
        TenantId tenant,
        UUID id,
        String name,
        @Nullable String description,
        PolicyType type,
        Recipe recipe,
        boolean active,
        int revision,
        Instant createdAt,
        String createdBy,
        Instant updatedAt) {
    private static final String PREFIX = "sp_";

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
        return "SecretPolicy[" + text() + " of " + tenant + ", revision " + revision + "]";
    }
}
