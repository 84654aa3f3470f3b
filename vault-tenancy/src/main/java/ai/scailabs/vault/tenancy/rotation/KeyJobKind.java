package ai.scailabs.vault.tenancy.rotation;

import java.util.Locale;

/** What a job does; the API and the table write it in lower case. */
public enum KeyJobKind {
    ROTATE_ROOT(KeyLevel.ROOT),
    ROTATE_PARTNER(KeyLevel.PARTNER),
    ROTATE_TENANT(KeyLevel.TENANT);

    private final KeyLevel level;
    private final String wireName = name().toLowerCase(Locale.ROOT);

    KeyJobKind(KeyLevel level) {
        this.level = level;
    }

    public KeyLevel level() {
        return level;
    }

    public String wireName() {
        return wireName;
    }

    static KeyJobKind rotationOf(KeyLevel level) {
        return switch (level) {
            case ROOT -> ROTATE_ROOT;
            case PARTNER -> ROTATE_PARTNER;
            case TENANT -> ROTATE_TENANT;
        };
    }

    static KeyJobKind of(String wireName) {
        return valueOf(wireName.toUpperCase(Locale.ROOT));
    }
}
