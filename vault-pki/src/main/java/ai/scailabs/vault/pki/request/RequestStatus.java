package ai.scailabs.vault.pki.request;

import java.util.Locale;
import java.util.Optional;

/** How far a request has come. */
public enum RequestStatus {
    PENDING,
    /** Somebody said that it may be signed. */
    APPROVED,
    /** Never to be signed. */
    REJECTED,
    /** It has its certificate, and gets no other. */
    SIGNED;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** As the API and the database write it. */
    public String wireName() {
        return wireName;
    }

    /** Empty when no status has that name. */
    public static Optional<RequestStatus> parse(String text) {
        for (RequestStatus status : values()) {
            if (status.wireName.equals(text)) {
                return Optional.of(status);
            }
        }
        return Optional.empty();
    }

    /** Whether a request in this status may come into that one. */
    boolean leadsTo(RequestStatus next) {
        return switch (this) {
            case PENDING -> next == APPROVED || next == REJECTED;
            case APPROVED -> next == SIGNED || next == REJECTED;
            case REJECTED, SIGNED -> false;
        };
    }
}
