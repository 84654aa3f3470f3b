package ai.scailabs.vault.api.request;

import java.util.Locale;

/** The kinds of endpoint that metrics, and later rate limits, tell apart. */
public enum PathCategory {
    SECRETS_READ,
    SECRETS_WRITE,
    SECRETS_DELETE,
    SECRETS_LIST,
    BATCH_READ,
    BATCH_METADATA,
    POLICIES,
    POLICY_TEST,
    AUDIT_QUERY,
    AUTH,
    SYSTEM,
    UNKNOWN;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    public String wireName() {
        return wireName;
    }
}
