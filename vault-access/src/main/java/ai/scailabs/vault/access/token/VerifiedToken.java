package ai.scailabs.vault.access.token;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.revocation.RevocableToken;
import java.time.Duration;

/** What stays true of a token that was verified; what depends on the time, and whether it was revoked, is asked again at each use. */
record VerifiedToken(Actor actor, RevocableToken revocable, long notBeforeMillis, long expiresAtMillis) {
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
