package ai.scailabs.vault.access.policy;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What a rule allows; the API writes it in lower case. */
public enum Permission {
    READ,
    WRITE,
    DELETE,
    LIST,
    ROTATE,
    /** All of the others as well. */
    ADMIN;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** As the API writes it, for example {@code read}. */
    public String wireName() {
        return wireName;
    }

    /** Whether a rule that grants these permissions covers this one. */
    public boolean isGrantedBy(Set<Permission> granted) {
        return granted.contains(this) || granted.contains(ADMIN);
    }

    /** Empty when the text names no permission. */
    public static Optional<Permission> parse(String text) {
        for (Permission permission : values()) {
            if (permission.wireName.equals(text)) {
                return Optional.of(permission);
            }
        }
        return Optional.empty();
    }
}
