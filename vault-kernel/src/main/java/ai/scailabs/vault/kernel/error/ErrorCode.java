package ai.scailabs.vault.kernel.error;

import java.util.Locale;

/**
 * Every error code of the API with its HTTP status and whether repeating the same request may help. The code is the name in lower case; it is
 * stable, and the thing to branch on.
 */
public enum ErrorCode {
    AUTHENTICATION_REQUIRED(401),
    TOKEN_EXPIRED(401),
    TOKEN_INVALID(401),
    TOKEN_REVOKED(401),

    ACCESS_DENIED(403),
    INSUFFICIENT_SCOPE(403),
    MFA_REQUIRED(403),
    IP_NOT_ALLOWED(403),
    TIME_WINDOW_VIOLATION(403),
    TENANT_ACCESS_DENIED(403),
    FORBIDDEN(403),

    INVALID_REQUEST(400),
    INVALID_PATH(400),
    INVALID_SECRET_TYPE(400),
    INVALID_DURATION(400),
    INVALID_CURSOR(400),
    INVALID_POLICY(400),
    INVALID_GLOB(400),
    INVALID_ROLE(400),
    /** What is said of another vault cannot be so, or does not lead to one: {@code details.field}. */
    INVALID_CONFIG(400),

    NOT_FOUND(404),
    SECRET_NOT_FOUND(404),
    VERSION_NOT_FOUND(404),
    POLICY_NOT_FOUND(404),
    BINDING_NOT_FOUND(404),
    DECISION_NOT_FOUND(404),
    TENANT_NOT_FOUND(404),
    TRUST_NOT_FOUND(404),
    TRUST_ANCHOR_NOT_FOUND(404),
    ACME_ACCOUNT_NOT_FOUND(404),
    ACME_ORDER_NOT_FOUND(404),
    CA_NOT_FOUND(404),
    CERTIFICATE_NOT_FOUND(404),
    CSR_NOT_FOUND(404),
    BACKEND_NOT_FOUND(404),
    CONFLICT_NOT_FOUND(404),
    SECRET_POLICY_NOT_FOUND(404),
    ROTATION_POLICY_NOT_FOUND(404),
    ENGINE_NOT_FOUND(404),
    LEASE_NOT_FOUND(404),
    DNS_PROVIDER_NOT_FOUND(404),
    WEBHOOK_NOT_FOUND(404),
    SUBSCRIPTION_NOT_FOUND(404),
    IDENTITY_NOT_FOUND(404),
    ROLE_NOT_FOUND(404),

    METHOD_NOT_ALLOWED(405),

    CONFLICT(409),
    SECRET_EXISTS(409),
    VERSION_CONFLICT(409, true),
    POLICY_IN_USE(409),
    /** The path is another vault's, where it is changed. */
    BACKEND_READ_ONLY(409),

    SECRET_EXPIRED(410),
    PAYLOAD_TOO_LARGE(413),
    UNSUPPORTED_MEDIA_TYPE(415),
    VALIDATION_ERROR(422),
    CSR_REJECTED(422),
    TTL_EXCEEDED(422),
    NAME_NOT_ALLOWED(422),
    /** The key was sent with another call before. */
    IDEMPOTENCY_MISMATCH(422),
    /** No DNS provider of the tenant manages a zone for the name. */
    DNS_ZONE_NOT_MANAGED(422),
    /** A DNS provider answered, and will not do it before somebody changes something there: {@code details.reason}. */
    DNS_PROVIDER_REFUSED(422),
    RATE_LIMITED(429, true),
    HEADERS_TOO_LARGE(431),

    INTERNAL_ERROR(500, true),
    /** The stored bytes of a secret do not open: altered, moved, or sealed by a key that was destroyed. */
    INTEGRITY_FAILURE(500),
    /** A server that the tenant named does not answer, or not as it should. */
    BACKEND_UNAVAILABLE(502, true),
    SERVICE_UNAVAILABLE(503, true),
    KMS_UNAVAILABLE(503, true),
    /** The hardware module that holds keys of certificate authorities. */
    HSM_UNAVAILABLE(503, true);

    private final int status;
    private final boolean retryable;
    private final String code;

    ErrorCode(int status) {
        this(status, false);
    }

    ErrorCode(int status, boolean retryable) {
        this.status = status;
        this.retryable = retryable;
        this.code = name().toLowerCase(Locale.ROOT);
    }

    /** As it is written in the API, for example {@code secret_not_found}. */
    public String code() {
        return code;
    }

    public int status() {
        return status;
    }

    /** Whether the same request may succeed later without being changed. */
    public boolean retryable() {
        return retryable;
    }
}
