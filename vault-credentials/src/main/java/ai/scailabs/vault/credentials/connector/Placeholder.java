package ai.scailabs.vault.credentials.connector;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What is put into a statement. */
public enum Placeholder {
    NAME,
    PASSWORD,
    EXPIRATION;

    String text() {
        return "{{" + name().toLowerCase(Locale.ROOT) + "}}";
    }

    /** The one that the text begins with at that place. */
    static Optional<Placeholder> at(String text, int place) {
        return Arrays.stream(values())
                .filter(placeholder -> text.startsWith(placeholder.text(), place))
                .findFirst();
    }
}
