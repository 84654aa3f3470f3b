package ai.scailabs.vault.access.token;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.identity.Workload;
import ai.scailabs.vault.access.revocation.RevocableToken;
import ai.scailabs.vault.access.revocation.RevocationService;
import com.nimbusds.jwt.JWTClaimsSet;
import java.text.ParseException;
import java.time.Duration;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/** What is asked of a token's claims whoever vouches for them: a signature, or the issuer's introspection endpoint. */
final class TokenClaims {
    private static final long LONGEST_LIFE_MILLIS =
            RevocationService.LONGEST_TOKEN_LIFE.plus(Duration.ofMinutes(1)).toMillis();

    private TokenClaims() {}

    /**
     * @param fingerprint as {@link RevocableToken} has it
     * @param reader of whom it stands for
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code token_invalid}, as is a {@link ParseException}
     */
    static VerifiedToken verified(JWTClaimsSet claims, String audience, String fingerprint, ActorReader reader)
            throws ParseException {
        if (!claims.getAudience().contains(audience)) {
            throw TokenRefusals.invalid("is meant for another audience");
        }
        Date expiresAt = claims.getExpirationTime();
        if (expiresAt == null) {
            throw TokenRefusals.invalid("does not expire");
        }
        Date issued = claims.getIssueTime() != null ? claims.getIssueTime() : claims.getNotBeforeTime();
        if (issued == null) {
            throw TokenRefusals.invalid("does not say when it was issued");
        }
        // Beyond this, a revocation of it might be forgotten before it expires.
        if (expiresAt.getTime() - issued.getTime() > LONGEST_LIFE_MILLIS) {
            throw TokenRefusals.invalid(
                    "is valid for longer than " + RevocationService.LONGEST_TOKEN_LIFE.toDays() + " days");
        }
        Actor actor = reader.actor(claims);
        Workload workload = actor.workload();
        return new VerifiedToken(
                actor,
                new RevocableToken(
                        actor.tenant(),
                        actor.identity(),
                        actor.subject(),
                        actor.tokenId(),
                        fingerprint,
                        workload == null ? null : workload.revocableTrust(),
                        issued.getTime()),
                Math.max(millis(claims.getNotBeforeTime()), millis(claims.getIssueTime())),
                expiresAt.getTime());
    }

    /** Reads for whom a token stands. */
    @FunctionalInterface
    interface ActorReader {
        /** @throws ai.scailabs.vault.kernel.error.VaultException {@code token_invalid}, as is a {@link ParseException} */
        Actor actor(JWTClaimsSet claims) throws ParseException;
    }

    private static long millis(@Nullable Date date) {
        return date == null ? 0 : date.getTime();
    }
}
