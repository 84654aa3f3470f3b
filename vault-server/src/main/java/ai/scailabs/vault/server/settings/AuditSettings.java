package ai.scailabs.vault.server.settings;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * The audit log, as others know it.
 *
 * @param origin before the tenant's id in the name of a log
 */
public record AuditSettings(String origin) {
    private static final String ORIGIN = "[A-Za-z0-9](?:[A-Za-z0-9._:/-]{0,198}[A-Za-z0-9])?";

    static @Nullable AuditSettings read(SettingsReader reader, ServerSettings.@Nullable Http http) {
        String origin = reader.optional(Setting.AUDIT_ORIGIN, ServerSettings.matching(ORIGIN));
        if (origin != null) {
            return new AuditSettings(origin);
        }
        return http == null ? null : new AuditSettings(below(http.baseUrl()));
    }

    /** A name that is the service's own, as its URL is, and stays when the URL's scheme changes. */
    private static String below(URI baseUrl) {
        String place = baseUrl.getRawAuthority() + baseUrl.getRawPath();
        return place.replaceAll("/+$", "").replaceAll("[^A-Za-z0-9._:/-]", "-") + "/audit";
    }
}
