package ai.scailabs.vault.federation.remote;

import java.util.Locale;

/** Why another vault did not give what it was asked for. */
public enum RemoteFailure {
    /** No secret has that name. An answer, as are the next two: nothing is wrong with the vault. */
    NOT_FOUND(Kind.ANSWER),
    VERSION_NOT_FOUND(Kind.ANSWER),
    /** The secret is there, and cannot be passed on: it is no text, no JSON and no bytes that are allowed, or larger than {@link RemoteVault#MAX_VALUE_BYTES}. */
    UNUSABLE_VALUE(Kind.ANSWER),
    /** Nothing was written: what is there is another version than was seen. */
    CHANGED(Kind.ANSWER),
    /** Nothing was written: the vault takes no value of that size or form. */
    VALUE_REFUSED(Kind.ANSWER),
    /** Our credentials are not taken, or have ended. */
    CREDENTIALS_REFUSED(Kind.REFUSAL),
    /** Our credentials may not do this there. */
    FORBIDDEN(Kind.REFUSAL),
    /** What was configured cannot be used with this vault. */
    MISCONFIGURED(Kind.REFUSAL),
    /** The secret that holds our credentials cannot be read, or lacks something. */
    CREDENTIALS_UNUSABLE(Kind.REFUSAL),
    /** It asks us to come again later. */
    THROTTLED(Kind.OUTAGE),
    TIMED_OUT(Kind.OUTAGE),
    UNREACHABLE(Kind.OUTAGE),
    /** Its certificate is not trusted, or not for that name. */
    CERTIFICATE_REFUSED(Kind.OUTAGE),
    /** It lies at an address where servers that tenants name may not be. */
    ADDRESS_REFUSED(Kind.REFUSAL),
    /** It answered with a fault of its own. */
    SERVER_ERROR(Kind.OUTAGE),
    /** It points elsewhere, where credentials are not carried. */
    REDIRECTED(Kind.OUTAGE),
    /** The answer is none that such a vault gives. */
    NOT_UNDERSTOOD(Kind.OUTAGE),
    /** More than can be taken in one answer; what is smaller is served. */
    TOO_LARGE(Kind.REFUSAL),
    /** As many calls as are allowed at once are under way already. */
    BUSY(Kind.REFUSAL),
    /** It failed repeatedly, and is left alone for a while. */
    LEFT_ALONE(Kind.REFUSAL);

    private final Kind kind;

    RemoteFailure(Kind kind) {
        this.kind = kind;
    }

    /** As the API names it in {@code details.reason}. */
    public String reason() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it tells of the secret that was asked for, and nothing of the vault. */
    public boolean isAnswer() {
        return kind == Kind.ANSWER;
    }

    /** Whether the next call may well end the same way, so that a vault that fails so often is left alone. */
    public boolean isOutage() {
        return kind == Kind.OUTAGE;
    }

    private enum Kind {
        ANSWER,
        REFUSAL,
        OUTAGE
    }
}
