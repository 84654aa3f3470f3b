package ai.scailabs.vault.audit.export;

import java.util.Locale;

/** How far an export is; the API writes it in lower case. */
public enum ExportStatus {
    PENDING,
    RUNNING,
    COMPLETED,
    FAILED,
    CANCELLED;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }

    /** Whether something is still done. */
    public boolean isOpen() {
        return this == PENDING || this == RUNNING;
    }
}
