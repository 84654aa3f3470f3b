package ai.scailabs.vault.credentials.lease;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What became of a lease. */
public enum LeaseState {
    /** Its credential is being made. */
    PENDING,
    ACTIVE,
    /** Its credential is to be taken away, and may be of use until then. */
    REVOKING,
    /** The same for so long that somebody should look; it is tried again now and then. */
    STUCK,
    REVOKED,
    EXPIRED,
    /** Its credential was never given to anybody. */
    ROLLED_BACK,
    /** Somebody gave it up, and what is at the target with it. */
    ABANDONED;

    /** As the API writes it. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Empty for what is none. */
    public static Optional<LeaseState> parse(String text) {
        return Arrays.stream(values())
                .filter(state -> state.wireName().equals(text))
                .findFirst();
    }

    public boolean hasEnded() {
        return switch (this) {
            case PENDING, ACTIVE, REVOKING, STUCK -> false;
            case REVOKED, EXPIRED, ROLLED_BACK, ABANDONED -> true;
        };
    }
}
