package ai.scailabs.vault.audit.expiry;

import ai.scailabs.vault.audit.trail.AuditAction;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * That something is about to expire, or has.
 *
 * @param path of the entry
 * @param threshold how long before, such as {@code 7d}; {@value #OVER} when it has expired
 * @param about what is known of it, besides when it expires
 */
public record ExpiryWarning(
        AuditAction action, @Nullable String path, Instant expiresAt, String threshold, Map<String, Object> about) {
    public static final String OVER = "0";

    Map<String, Object> facts(Instant now) {
        Map<String, Object> facts = new LinkedHashMap<>(about);
        facts.put("expires_at", expiresAt.toString());
        if (!threshold.equals(OVER)) {
            facts.put("threshold", threshold);
            facts.put("days_remaining", Duration.between(now, expiresAt).toDays());
        }
        return facts;
    }

    @Override
    public String toString() {
        return "ExpiryWarning[" + action + ", " + threshold + "]";
    }
}
