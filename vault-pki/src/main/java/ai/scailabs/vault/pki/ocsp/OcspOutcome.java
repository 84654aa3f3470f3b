package ai.scailabs.vault.pki.ocsp;

import java.util.Locale;

/** What became of a question, or of one certificate in it. */
public enum OcspOutcome {
    GOOD,
    REVOKED,
    UNKNOWN,
    MALFORMED_REQUEST,
    INTERNAL_ERROR,
    TRY_LATER,
    UNAUTHORIZED;

    /** As the metrics have it. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
