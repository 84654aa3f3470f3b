package ai.scailabs.vault.credentials.rotation;

import java.util.Locale;
import java.util.Optional;

/** What became of a rotation. */
public enum RotationStatus {
    SUCCESS,
    FAILED,
    /** Somebody is to write the value. */
    PENDING;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }

    public static Optional<RotationStatus> parse(String text) {
        for (RotationStatus status : values()) {
            if (status.wireName.equals(text)) {
                return Optional.of(status);
            }
        }
        return Optional.empty();
    }
}
