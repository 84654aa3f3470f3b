package ai.scailabs.vault.kernel.error;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A refusal or failure with a stable code. Its message and details are shown to the caller: they name fields and rules, never a value that the
 * caller sent in {@code data}, a token or a key.
 */
public final class VaultException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final transient Map<String, Object> details;
    private final transient Map<String, Object> evidence;

    public VaultException(ErrorCode code, String message) {
        this(code, message, Map.of());
    }

    /** @param details shown to the caller as they are; iteration order is kept */
    public VaultException(ErrorCode code, String message, Map<String, ?> details) {
        this(code, message, details, Map.of());
    }

    private VaultException(ErrorCode code, String message, Map<String, ?> details, Map<String, ?> evidence) {
        // A refusal is an answer, not an accident: the stack trace of one would only cost time.
        super(message, null, false, code.status() >= 500);
        this.code = code;
        this.details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
        this.evidence = Collections.unmodifiableMap(new LinkedHashMap<>(evidence));
    }

    public VaultException(ErrorCode code, String message, Throwable cause) {
        this(code, message, Map.of(), cause);
    }

    /** @param details shown to the caller as they are */
    public VaultException(ErrorCode code, String message, Map<String, ?> details, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.details = Map.copyOf(details);
        this.evidence = Map.of();
    }

    /** A field that is well-formed JSON but not acceptable: {@code 422 validation_error} with {@code details.fields}. */
    public static VaultException invalidField(String field, String problem) {
        return new VaultException(
                ErrorCode.VALIDATION_ERROR, field + " " + problem, Map.of("fields", Map.of(field, problem)));
    }

    public ErrorCode code() {
        return code;
    }

    public Map<String, Object> details() {
        return details;
    }

    /** The same refusal, which its audit entry explains by this; the caller is not shown it. */
    public VaultException withEvidence(Map<String, ?> known) {
        return new VaultException(code, String.valueOf(getMessage()), details, known);
    }

    /** The same refusal with one more detail. */
    public VaultException withDetail(String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(details);
        more.put(name, value);
        return new VaultException(code, String.valueOf(getMessage()), more, evidence);
    }

    /** What the audit entry of the refusal tells beyond its code; empty for most. */
    public Map<String, Object> evidence() {
        return evidence;
    }
}
