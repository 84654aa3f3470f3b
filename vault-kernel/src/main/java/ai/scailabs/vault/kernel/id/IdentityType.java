package ai.scailabs.vault.kernel.id;

import java.util.Locale;
import java.util.Optional;

/** The kinds of identity; the API writes them in lower case. */
public enum IdentityType {
    USER,
    SERVICE_ACCOUNT,
    GROUP,
    SYSTEM;

    /** As the API writes it, for example {@code service_account}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Empty when the text names no kind. */
    public static Optional<IdentityType> parse(String text) {
        for (IdentityType type : values()) {
            if (type.wireName().equals(text)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
