package ai.scailabs.vault.audit.trail;

import java.util.Locale;
import java.util.Optional;

/** What an entry says was attempted; the API writes it in lower case. */
public enum AuditAction {
    AUTHENTICATE,
    WHOAMI,
    TOKEN_INTROSPECT,
    TOKEN_REVOKE,
    TOKEN_EXCHANGE,
    TRUST_READ,
    TRUST_LIST,
    TRUST_CREATE,
    TRUST_UPDATE,
    TRUST_DELETE,
    READ,
    WRITE,
    DELETE,
    LIST,
    METADATA_READ,
    METADATA_UPDATE,
    VERSIONS_READ,
    RESTORE,
    PURGE,
    POLICY_READ,
    POLICY_LIST,
    POLICY_CREATE,
    POLICY_UPDATE,
    POLICY_DELETE,
    POLICY_BIND,
    POLICY_UNBIND,
    POLICY_TEST,
    IDENTITY_LIST,
    IDENTITY_READ,
    IDENTITY_SYNC,
    IDENTITY_EVENT,
    ROLES_READ,
    ROLES_UPDATE,
    RESTORE_DRILL,
    KEY_LIST,
    KEY_ROTATE,
    KEY_DESTROY,
    ERASURE_REQUEST,
    ERASURE_CONFIRM,
    ERASURE_CANCEL,
    ERASURE_READ,
    ERASURE_LIST,
    KEY_JOB_READ,
    KEY_JOB_LIST,
    AUDIT_READ,
    AUDIT_RETENTION_UPDATE,
    AUDIT_RETIRE,
    EXPORT_CREATED,
    EXPORT_READ,
    EXPORT_LIST,
    EXPORT_CANCEL,
    EXPORT_COMPLETE,
    PKI_CA_CREATE,
    PKI_CA_LIST,
    PKI_CA_READ,
    PKI_CA_UPDATE,
    PKI_CA_DISABLE,
    PKI_CA_ENABLE,
    PKI_CA_CERTIFY,
    PKI_CA_ROTATE,
    PKI_CA_IMPORT,
    PKI_CA_CROSS_SIGN,
    PKI_CA_OFFLINE,
    PKI_CA_KEY_DESTROY,
    PKI_ROLE_CREATE,
    PKI_ROLE_LIST,
    PKI_ROLE_READ,
    PKI_ROLE_UPDATE,
    PKI_ROLE_DELETE,
    PKI_ROLE_CHECK,
    PKI_ISSUE,
    PKI_SIGN,
    PKI_REVOKE,
    PKI_RELEASE,
    PKI_CA_REVOKE,
    PKI_CERTIFICATE_LIST,
    PKI_CERTIFICATE_READ,
    PKI_CRL_BUILD,
    PKI_CRL_IMPORT,
    PKI_OCSP_CERTIFY,
    PKI_ANCHOR_CREATE,
    PKI_ANCHOR_LIST,
    PKI_ANCHOR_READ,
    PKI_ANCHOR_DELETE,
    DNS_PROVIDER_CREATE,
    DNS_PROVIDER_LIST,
    DNS_PROVIDER_READ,
    DNS_PROVIDER_UPDATE,
    DNS_PROVIDER_DELETE,
    DNS_PROVIDER_TEST,
    PKI_VALIDATE,
    PKI_CSR_IMPORT,
    PKI_CSR_LIST,
    PKI_CSR_READ,
    PKI_CSR_APPROVE,
    PKI_CSR_REJECT,
    PKI_CSR_SIGN,
    PKI_KEY_READ,
    PKI_SETTINGS_READ,
    PKI_SETTINGS_UPDATE,
    SYSTEM_READ;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** As the API writes it, for example {@code policy_bind}. */
    public String wireName() {
        return wireName;
    }

    /** Empty when no action has that name. */
    public static Optional<AuditAction> parse(String text) {
        for (AuditAction action : values()) {
            if (action.wireName.equals(text)) {
                return Optional.of(action);
            }
        }
        return Optional.empty();
    }
}
