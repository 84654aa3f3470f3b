package ai.scailabs.vault.credentials.rotation;

import java.util.Locale;

/** What began a rotation. */
public enum Trigger {
    /** Its time. */
    SCHEDULE,
    /** Somebody who asked for it. */
    REQUEST,
    /** A value that somebody wrote. */
    WRITE;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }

    static Trigger of(String wireName) {
        return valueOf(wireName.toUpperCase(Locale.ROOT));
    }
}
