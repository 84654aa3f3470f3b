package ai.scailabs.vault.tenancy.rotation;

import java.util.Locale;

/** Why a job was put down. */
public enum KeyJobTrigger {
    REQUEST,
    /** The key had become too old. */
    SCHEDULE,
    /** Something was left under an older generation; no new one is made. */
    SWEEP;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }

    static KeyJobTrigger of(String wireName) {
        return valueOf(wireName.toUpperCase(Locale.ROOT));
    }
}
