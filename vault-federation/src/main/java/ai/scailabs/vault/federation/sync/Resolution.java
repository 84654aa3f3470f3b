package ai.scailabs.vault.federation.sync;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Which side of a conflict is right. */
public enum Resolution {
    /** Ours stays, until the other changes. */
    KEEP_LOCAL,
    /** The other's is written here, as the next version. */
    KEEP_REMOTE;

    /** As the API writes it. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Resolution> parse(String text) {
        return Arrays.stream(values())
                .filter(each -> each.wireName().equals(text))
                .findFirst();
    }
}
