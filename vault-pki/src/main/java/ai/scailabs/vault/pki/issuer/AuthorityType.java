package ai.scailabs.vault.pki.issuer;

import java.util.Locale;
import java.util.Optional;

/** Whether an authority vouches for itself. */
public enum AuthorityType {
    ROOT,
    INTERMEDIATE;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** As the API and the database write it. */
    public String wireName() {
        return wireName;
    }

    /** Empty when the text names no type. */
    public static Optional<AuthorityType> parse(String text) {
        for (AuthorityType type : values()) {
            if (type.wireName.equals(text)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
