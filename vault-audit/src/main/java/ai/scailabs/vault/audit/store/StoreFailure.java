package ai.scailabs.vault.audit.store;

import java.util.Locale;

/** Why a store did not do what it was asked. The list is closed and its names are shown to callers. */
public enum StoreFailure {
    /** The vendor knows no such credentials, or they have expired. */
    CREDENTIALS_REFUSED(false, "The credentials were refused"),
    /** There is no such bucket, container or account. */
    BUCKET_MISSING(false, "The bucket does not exist"),
    /** There is no such object. */
    OBJECT_MISSING(false, "The object does not exist"),
    /** The credentials are known, and may not do this. */
    DENIED(false, "The credentials do not have the right to do this"),
    /** There is another object under this name. */
    CONFLICT(false, "Another object has this name"),
    /** The object is held by a retention or a legal hold. */
    LOCKED(false, "The object is locked"),
    /** The name of the endpoint leads to no address, or to one that must not be reached. */
    ENDPOINT_REFUSED(false, "The endpoint leads to no address that may be reached"),
    /** The store does not understand what it is asked: it lacks what is needed, or is not such a store. */
    UNSUPPORTED(false, "The store does not take this request"),
    /** It wants to be left alone, and still did after several tries. */
    THROTTLED(true, "The store is throttling"),
    /** No answer in time, an answer that makes no sense, or a fault. */
    UNAVAILABLE(true, "The store does not answer");

    private final boolean passing;
    private final String sentence;

    StoreFailure(boolean passing, String sentence) {
        this.passing = passing;
        this.sentence = sentence;
    }

    /** Whether trying again later may help, without anybody doing anything. */
    public boolean isPassing() {
        return passing;
    }

    /** As callers see it: {@code bucket_missing}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** For people. */
    public String sentence() {
        return sentence;
    }
}
