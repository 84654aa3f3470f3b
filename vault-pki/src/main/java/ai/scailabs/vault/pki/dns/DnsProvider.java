package ai.scailabs.vault.pki.dns;

import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.pki.dns.zone.ProviderType;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A provider of a tenant, without its credentials.
 *
 * @param name a segment of a path, unique in the tenant
 * @param active whether records are placed by it
 * @param config those members of its credentials that say where it is, and not as whom it is used
 */
public record DnsProvider(
        UUID id,
        String name,
        ProviderType type,
        ManagedZones zones,
        boolean active,
        Map<String, String> config,
        int revision,
        Instant createdAt,
        String createdBy,
        Instant updatedAt) {
    private static final String PREFIX = "dnsp_";
    private static final Pattern NAME = Pattern.compile("(?!dnsp_)[a-z0-9][a-z0-9_-]{0,62}");

    /** Its id as the API writes it. */
    public String text() {
        return text(id);
    }

    public static String text(UUID id) {
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
    SecretPath virtualPath() {
        return virtualPath(name);
    }

    static SecretPath virtualPath(String name) {
        return new SecretPath("pki/dns-providers/" + name);
    }
}
