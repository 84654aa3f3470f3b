package ai.scailabs.vault.pki.validation;

import java.util.Locale;

/** What may be wrong with a certificate and the path above it. */
public enum PathProblem {
    /** No certificate that was given, and no anchor, is the issuer of the last one of the chain. */
    NO_PATH,
    SIGNATURE_INVALID,
    /** SHA-1, MD5 and older: such a signature says nothing. */
    SIGNATURE_WEAK,
    ALGORITHM_UNSUPPORTED,
    /** The algorithm that is signed is another than the one outside. */
    ALGORITHM_MISMATCH,
    KEY_WEAK,
    /** A key that no verifier should compute with: malformed, or so large that it costs whoever verifies. */
    KEY_INVALID,
    NOT_YET_VALID,
    EXPIRED,
    NOT_A_CA,
    /** An authority's key usage does not let it sign certificates. */
    KEY_USAGE,
    PATH_LENGTH_EXCEEDED,
    NAME_CONSTRAINT_VIOLATION,
    UNKNOWN_CRITICAL_EXTENSION,
    MALFORMED_EXTENSION,
    /** A rule of RFC 5280 §4 for what certificates look like. */
    PROFILE_VIOLATION,
    POLICY_VIOLATION,
    USAGE_NOT_ALLOWED,
    NAME_MISMATCH,
    REVOKED,
    REVOCATION_UNKNOWN,
    /** The search was given up: more work than a request may cost. */
    LIMIT_EXCEEDED;

    /** As the API writes it. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
