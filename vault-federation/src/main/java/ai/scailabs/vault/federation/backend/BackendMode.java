package ai.scailabs.vault.federation.backend;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What is done with another vault's secrets. */
public enum BackendMode {
    /** They are read there whenever they are asked for, and stored nowhere. */
    PROXY,
    /** They are copied here from time to time, and read here. */
    SYNC;

    /** As the API and the database write it. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<BackendMode> parse(String text) {
        return Arrays.stream(values())
                .filter(mode -> mode.wireName().equals(text))
                .findFirst();
    }
}
