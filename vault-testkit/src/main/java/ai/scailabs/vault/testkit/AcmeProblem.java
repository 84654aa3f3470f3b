package ai.scailabs.vault.testkit;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a directory refuses with (RFC 8555 §6.7). */
final class AcmeProblem extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String type;
    private final @Nullable Long retryAfterSeconds;

    AcmeProblem(int status, String type, String detail) {
        this(status, type, detail, null);
    }

    AcmeProblem(int status, String type, String detail, @Nullable Long retryAfterSeconds) {
        super(detail, null, false, false);
        this.status = status;
        this.type = type;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    /** A refusal of whatever stands before the directory. */
    static AcmeProblem notOfAcme(int status, String text, long retryAfterSeconds) {
        return new AcmeProblem(status, "", text, retryAfterSeconds);
    }

    static AcmeProblem malformed(String detail) {
        return new AcmeProblem(400, "malformed", detail);
    }

    static Map<String, Object> document(String type, String detail) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("type", "urn:ietf:params:acme:error:" + type);
        document.put("detail", detail);
        return document;
    }

    AcmeAnswer answer() {
        String text = String.valueOf(getMessage());
        AcmeAnswer answer = type.isEmpty()
                ? AcmeAnswer.of(status, "text/plain", text)
                : AcmeAnswer.of(status, "application/problem+json", JSONObjectUtils.toJSONString(document(type, text)));
        return retryAfterSeconds == null ? answer : answer.with("Retry-After", String.valueOf(retryAfterSeconds));
    }

    @Override
    public String toString() {
        return type + ": " + getMessage();
    }
}
