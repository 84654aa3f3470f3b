package ai.scailabs.vault.tenancy.rotation;

import java.util.Locale;
import java.util.Optional;

/** Whose keys a job is about; the API writes them in lower case. */
public enum KeyLevel {
    ROOT,
    PARTNER,
    TENANT;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }

    /** Empty when there is no such level. */
    public static Optional<KeyLevel> parse(String text) {
        for (KeyLevel level : values()) {
            if (level.wireName.equals(text)) {
                return Optional.of(level);
            }
        }
        return Optional.empty();
    }
}
