package ai.scailabs.vault.credentials.dynamic;

import ai.scailabs.vault.kernel.id.Ids;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What credentials of an engine may do, and for how long.
 *
 * @param name unique in the engine
 * @param defaultTtl absent for the engine's
 * @param maxTtl absent for the engine's
 * @param maxLeases that may be live at once; absent for what the engine may have
 */
public record Role(
        UUID id,
        UUID engine,
        String name,
        @Nullable String description,
        RoleRecipe recipe,
        @Nullable String defaultTtl,
        @Nullable String maxTtl,
        @Nullable Integer maxLeases,
        int revision,
        Instant createdAt,
        String createdBy,
        Instant updatedAt) {
    private static final String PREFIX = "drl_";

    /** Its id as the API writes it. */
    public String text() {
        return Ids.text(PREFIX, id);
    }

    /** Within those that the engine has now. @throws ai.scailabs.vault.kernel.error.VaultException {@code ttl_exceeded} when the engine's are shorter by now */
    public LeaseTerms terms(Engine of) {
        return of.terms().narrowed(defaultTtl, maxTtl);
    }

    @Override
    public String toString() {
        return "Role[" + text() + ", revision " + revision + "]";
    }
}
