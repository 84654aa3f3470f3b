package ai.scailabs.vault.audit.trail;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;

/** Why an entry is not durable. */
public enum Obstacle {
    /** More entries wait than the committer keeps: the database is slower than what is asked. */
    QUEUE_FULL("The audit log cannot keep up, so nothing is answered"),
    /** The database has no room for it. */
    DISK_FULL("The audit log has no room left, so nothing is answered"),
    /** The database does not answer, or refuses it for another reason. */
    UNAVAILABLE("The audit log cannot take the entry, so nothing is answered");

    private static final String NO_SPACE = "53100";
    private static final int DEEPEST_CAUSE = 20;

    private final String message;
    private final String wireName = name().toLowerCase(Locale.ROOT);

    Obstacle(String message) {
        this.message = message;
    }

    /** As errors and metrics write it. */
    public String wireName() {
        return wireName;
    }

    static Obstacle of(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
            if (cause instanceof SQLException refusal && NO_SPACE.equals(refusal.getSQLState())) {
                return DISK_FULL;
            }
            cause = cause.getCause();
        }
        return UNAVAILABLE;
    }

    /** {@code service_unavailable}, with the reason. */
    VaultException refusal() {
        return new VaultException(
                ErrorCode.SERVICE_UNAVAILABLE, message, Map.of("dependency", "audit_log", "reason", wireName));
    }
}
