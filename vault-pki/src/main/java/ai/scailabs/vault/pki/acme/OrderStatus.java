package ai.scailabs.vault.pki.acme;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How far an order is, as callers see it. */
public enum OrderStatus {
    /** Names are being proved. */
    PENDING,
    /** They are, and the directory makes the certificate. */
    PROCESSING,
    /** There is a certificate. */
    VALID,
    /** There will be none. */
    INVALID;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }

    boolean isFinal() {
        return this == VALID || this == INVALID;
    }

    public static Optional<OrderStatus> parse(String text) {
        return Arrays.stream(values())
                .filter(each -> each.wireName.equals(text))
                .findFirst();
    }
}
