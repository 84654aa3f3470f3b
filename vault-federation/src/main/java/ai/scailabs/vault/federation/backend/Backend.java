package ai.scailabs.vault.federation.backend;

import ai.scailabs.vault.access.decision.Mandate;
import ai.scailabs.vault.federation.mapping.PathMapping;
import ai.scailabs.vault.federation.remote.BackendConfig;
import ai.scailabs.vault.federation.remote.BackendType;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Another vault of a tenant.
 *
 * @param name a segment of a path, unique in the tenant
 * @param mandate in whose right the secret with the credentials is read; absent where the config names none
 * @param copying how its secrets are copied; absent where they are not
 */
public record Backend(
        TenantId tenant,
        UUID id,
        String name,
        BackendConfig config,
        PathMapping mapping,
        @Nullable Mandate mandate,
        @Nullable CopyPlan copying,
        int revision,
        Instant createdAt,
        String createdBy,
        Instant updatedAt) {
    private static final String PREFIX = "fed_";
    private static final Pattern NAME = Pattern.compile("(?!fed_)[a-z0-9][a-z0-9_-]{0,62}");

    public BackendType type() {
        return config.type();
    }

    public BackendMode mode() {
        return copying == null ? BackendMode.PROXY : BackendMode.SYNC;
    }

    /** Whether its paths are read there whenever they are asked for. */
    public boolean isReadLive() {
        return copying == null || copying.readLive();
    }

    /** Its id as the API writes it. */
    public String text() {
        return Ids.text(PREFIX, id);
    }

    /** The reverse of {@link #text()}; empty for any other text. */
    public static Optional<UUID> parseId(String text) {
        return Ids.uuid(PREFIX, text);
    }

    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** By which policies name it. */
    public SecretPath virtualPath() {
        return virtualPath(name);
    }

    static SecretPath virtualPath(String name) {
        return new SecretPath("federation/backends/" + name);
    }

    @Override
    public String toString() {
        return "Backend[" + text() + " of " + tenant + ", " + type().wireName() + ", revision " + revision + "]";
    }
}
