package ai.scailabs.vault.pki.acme;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a provider's certificates count for: in front of everybody, or for trying. */
public enum AcmeEnvironment {
    PRODUCTION,
    STAGING;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }

    static Optional<AcmeEnvironment> parse(String text) {
        return Arrays.stream(values())
                .filter(each -> each.wireName.equals(text))
                .findFirst();
    }
}
