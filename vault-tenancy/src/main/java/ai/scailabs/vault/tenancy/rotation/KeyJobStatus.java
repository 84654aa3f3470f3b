package ai.scailabs.vault.tenancy.rotation;

import java.util.Locale;

/** How far a job is; the API writes it in lower case. */
public enum KeyJobStatus {
    PENDING,
    RUNNING,
    /** Everything was looked at; what could not be wrapped anew is counted. */
    COMPLETED,
    FAILED;

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
