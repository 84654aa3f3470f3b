package ai.scailabs.vault.server.settings;

import ai.scailabs.vault.audit.retention.Retention;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.time.DurationText;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The audit log, as others know it.
 *
 * @param origin before the tenant's id in the name of a log
 * @param retentionDays where the tenant has decided nothing
 */
public record AuditSettings(String origin, int retentionDays) {
    private static final String ORIGIN = "[A-Za-z0-9](?:[A-Za-z0-9._:/-]{0,198}[A-Za-z0-9])?";

    static @Nullable AuditSettings read(SettingsReader reader, ServerSettings.@Nullable Http http) {
        String origin = reader.optional(Setting.AUDIT_ORIGIN, ServerSettings.matching(ORIGIN));
        Integer days = reader.required(Setting.AUDIT_RETENTION, AuditSettings::days);
        if (days == null || http == null) {
            return null;
        }
        return new AuditSettings(origin == null ? below(http.baseUrl()) : origin, days);
    }

    private static Optional<Integer> days(String text) {
        try {
            long days = DurationText.parse("retention", text).toDays();
            return days >= Retention.MIN_DAYS && days <= Retention.MAX_DAYS
                    ? Optional.of((int) days)
                    : Optional.empty();
        } catch (VaultException malformed) {
            return Optional.empty();
        }
    }

    /** A name that is the service's own, as its URL is, and stays when the URL's scheme changes. */
    private static String below(URI baseUrl) {
        String place = baseUrl.getRawAuthority() + baseUrl.getRawPath();
        return place.replaceAll("/+$", "").replaceAll("[^A-Za-z0-9._:/-]", "-") + "/audit";
    }
}
