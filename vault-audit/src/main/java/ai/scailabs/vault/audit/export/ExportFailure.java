package ai.scailabs.vault.audit.export;

import ai.scailabs.vault.audit.store.StoreFailure;
import ai.scailabs.vault.kernel.error.ErrorCode;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Why an export does not come on. The list is closed and its names are shown to callers. */
public enum ExportFailure {
    /** Who asked for the export may not read the secret any more. */
    CREDENTIALS_DENIED(ErrorCode.ACCESS_DENIED, "Whoever asked for the export may not read the credentials any more"),
    CREDENTIALS_MISSING(ErrorCode.SECRET_NOT_FOUND, "There is no secret at credentials_path that can be read"),
    CREDENTIALS_MALFORMED(
            ErrorCode.VALIDATION_ERROR,
            "The secret at credentials_path holds no credentials for this kind of destination"),
    /** The service's own identity is not for this bucket. */
    DESTINATION_NOT_ALLOWED(ErrorCode.VALIDATION_ERROR, "The service does not write to this bucket as itself"),
    CREDENTIALS_REFUSED(ErrorCode.VALIDATION_ERROR, "The store refused the credentials"),
    BUCKET_MISSING(ErrorCode.VALIDATION_ERROR, "The bucket does not exist"),
    OBJECT_MISSING(ErrorCode.VALIDATION_ERROR, "An object that had been written is not there any more"),
    DENIED(ErrorCode.VALIDATION_ERROR, "The credentials do not have the right to write to the bucket"),
    CONFLICT(ErrorCode.CONFLICT, "Another object has the name of one of the export's"),
    LOCKED(ErrorCode.CONFLICT, "An object of the export's name is locked"),
    ENDPOINT_REFUSED(ErrorCode.VALIDATION_ERROR, "The endpoint leads to no address that may be reached"),
    UNSUPPORTED(ErrorCode.VALIDATION_ERROR, "The store does not take what is asked of it"),
    THROTTLED(ErrorCode.SERVICE_UNAVAILABLE, "The store was throttling for too long"),
    UNAVAILABLE(ErrorCode.SERVICE_UNAVAILABLE, "The store did not answer for too long"),
    LEAVES_NOT_KEPT(ErrorCode.NOT_FOUND, "The log does not keep any more what was to be exported"),
    INTERNAL(ErrorCode.INTERNAL_ERROR, "The export failed; the log of the service tells why");

    private final ErrorCode recorded;
    private final String sentence;

    ExportFailure(ErrorCode recorded, String sentence) {
        this.recorded = recorded;
        this.sentence = sentence;
    }

    static ExportFailure of(StoreFailure failure) {
        return switch (failure) {
            case CREDENTIALS_REFUSED -> CREDENTIALS_REFUSED;
            case BUCKET_MISSING -> BUCKET_MISSING;
            case OBJECT_MISSING -> OBJECT_MISSING;
            case DENIED -> DENIED;
            case CONFLICT -> CONFLICT;
            case LOCKED -> LOCKED;
            case ENDPOINT_REFUSED -> ENDPOINT_REFUSED;
            case UNSUPPORTED -> UNSUPPORTED;
            case THROTTLED -> THROTTLED;
            case UNAVAILABLE -> UNAVAILABLE;
        };
    }

    /** As callers see it: {@code bucket_missing}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<ExportFailure> parse(String code) {
        return Arrays.stream(values())
                .filter(failure -> failure.code().equals(code))
                .findFirst();
    }

    /** For people. */
    public String sentence() {
        return sentence;
    }

    /** What the entry of the failure says. */
    ErrorCode recorded() {
        return recorded;
    }
}
