package ai.scailabs.vault.access.token;

import ai.scailabs.vault.access.identity.Actor;
import java.time.Duration;

/** What stays true of a token whose signature and claims were verified; what depends on the time is asked again at each use. */
record VerifiedToken(Actor actor, SigningKeys issuer, VerificationKey key, long notBeforeMillis, long expiresAtMillis) {
    static final Duration SKEW = Duration.ofSeconds(30);

    /** @throws ai.scailabs.vault.kernel.error.VaultException {@code token_expired}, or {@code token_invalid} when its time has not come */
    void requireValidAt(long nowMillis) {
        if (nowMillis - SKEW.toMillis() >= expiresAtMillis) {
            throw TokenRefusals.expired();
        }
        if (nowMillis + SKEW.toMillis() < notBeforeMillis) {
            throw TokenRefusals.invalid("is not valid yet");
        }
    }
}
