package ai.scailabs.vault.federation.backend;

import java.util.Locale;
import java.util.Optional;

/** What is done with another vault's secrets. */
public enum BackendMode {
    /** They are read there whenever they are asked for, and stored nowhere. */
    PROXY;

    /** As the API and the database write it. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<BackendMode> parse(String text) {
        return PROXY.wireName().equals(text) ? Optional.of(PROXY) : Optional.empty();
    }
}
