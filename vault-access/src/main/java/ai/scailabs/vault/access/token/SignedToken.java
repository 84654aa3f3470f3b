package ai.scailabs.vault.access.token;

/** A token that was verified by a key, which counts for as long as its issuer publishes the key. */
record SignedToken(VerifiedToken token, IssuerKeys issuer, VerificationKey key) {
    boolean isKeyStillPublished(long nowMillis) {
        return issuer.isStillPublished(key, nowMillis);
    }
}
