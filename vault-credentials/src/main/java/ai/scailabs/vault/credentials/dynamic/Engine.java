package ai.scailabs.vault.credentials.dynamic;

import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A place at which credentials are made.
 *
 * @param name unique in the tenant
 * @param config as it was given; holds nothing secret
 * @param maxLeases that may be live at once; absent for what the tenant may have
 * @param leaving whether it makes no more, and goes when its last lease has ended
 * @param health as it was found last
 */
public record Engine(
        TenantId tenant,
        UUID id,
        String name,
        PartnerId partner,
        @Nullable String description,
        EngineConfig config,
        LeaseTerms terms,
        @Nullable Integer maxLeases,
        boolean leaving,
        EngineHealth health,
        int revision,
        Instant createdAt,
        String createdBy,
        Instant updatedAt) {
    private static final String PREFIX = "eng_";

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

    /** As whom it reads the login with which it makes accounts. */
    public IdentityId identity() {
        return new IdentityId("dynamic:" + name);
    }

    /** At which policies speak of it. */
    public SecretPath path() {
        return DynamicNames.ofEngine(name);
    }

    Engine with(EngineConfig other) {
        return new Engine(
                tenant,
                id,
                name,
                partner,
                description,
                other,
                terms,
                maxLeases,
                leaving,
                health,
                revision,
                createdAt,
                createdBy,
                updatedAt);
    }

    @Override
    public String toString() {
        return "Engine[" + text() + " of " + tenant + ", revision " + revision + "]";
    }
}
