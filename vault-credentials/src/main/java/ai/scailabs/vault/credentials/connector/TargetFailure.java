package ai.scailabs.vault.credentials.connector;

import ai.scailabs.vault.outbound.http.NoAnswerException;
import java.util.Locale;

/** Why a target did not do something. */
public enum TargetFailure {
    UNREACHABLE("cannot be reached", true),
    TIMED_OUT("does not answer in time", true),
    /** Not who one must be. */
    LOGIN_REFUSED("does not accept the login", false),
    /** Not what one must be allowed. */
    NOT_PERMITTED("does not allow it to this login", false),
    STATEMENT_REFUSED("refuses a statement", false),
    /** It lies at an address that this service does not connect to. */
    ADDRESS_REFUSED("is at an address that is not permitted", false),
    /** It has no TLS, or a certificate that is not trusted or not of its name. */
    TLS_FAILED("cannot be talked to over a TLS connection that is trusted", false),
    NOT_SUPPORTED("cannot do it", false);

    private final String text;
    private final boolean passing;

    TargetFailure(String text, boolean passing) {
        this.text = text;
        this.passing = passing;
    }

    /** What it means that there was no answer over HTTP. */
    public static TargetFailure of(NoAnswerException none) {
        return switch (none.reason()) {
            case ADDRESS_REFUSED -> ADDRESS_REFUSED;
            case CERTIFICATE_REFUSED -> TLS_FAILED;
            case TIMED_OUT -> TIMED_OUT;
            case BROKEN, MALFORMED, TOO_LARGE, REDIRECTED -> UNREACHABLE;
        };
    }

    /** For people, after "The target". */
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
}
