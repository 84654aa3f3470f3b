package ai.scailabs.vault.pki.dns.zone;

import java.util.Locale;

/** Why a provider did not do something. */
public enum ZoneFailure {
    /** Not who one must be. */
    CREDENTIALS_REFUSED("does not accept the credentials", false),
    /** Not what one must be allowed. */
    DENIED("does not allow it to these credentials", false),
    ZONE_MISSING("does not have the zone", false),
    /** Several zones have the name, and which of them is the delegated one the provider does not say. */
    ZONE_AMBIGUOUS("has several zones of this name", false),
    /** Where the provider is said to be is an address that this service does not connect to. */
    ENDPOINT_REFUSED("is at an address that is not permitted", false),
    /** Anything else that will not change by itself. */
    REJECTED("rejects the request", false),
    /** The set is changed by others quicker than by us. */
    CONFLICT("has the record changed by others at the same time", true),
    THROTTLED("wants fewer requests", true),
    UNAVAILABLE("does not answer, or not as it should", true);

    private final String text;
    private final boolean passing;

    ZoneFailure(String text, boolean passing) {
        this.text = text;
        this.passing = passing;
    }

    /** For people, after "The DNS provider". */
    public String text() {
        return text;
    }

    /** Whether it may go by itself. */
    public boolean isPassing() {
        return passing;
    }

    /** As the API writes it. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What a status of HTTP means where the vendor says nothing else of it. */
    public static ZoneFailure ofStatus(int status) {
        return switch (status) {
            case 401 -> CREDENTIALS_REFUSED;
            case 403 -> DENIED;
            case 404 -> ZONE_MISSING;
            case 409, 412 -> CONFLICT;
            case 429 -> THROTTLED;
            default -> status >= 500 || status < 400 ? UNAVAILABLE : REJECTED;
        };
    }
}
