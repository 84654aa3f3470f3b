package ai.scailabs.vault.access.token;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.revocation.Revocation;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an administrator may learn of somebody else's token, and how to name it in a revocation. Of a token of another tenant it says what it says of no token at
 * all. Thread-safe.
 */
public final class TokenIntrospector {
    private final TokenAuthenticator authenticator;

    public TokenIntrospector(TokenAuthenticator authenticator) {
        this.authenticator = authenticator;
    }

    /**
     * Empty when the token would not be accepted now, for whatever reason, or is not of this tenant.
     *
     * @param partner of the tenant
     * @throws VaultException {@code service_unavailable} when that cannot be told
     */
    public Optional<ActiveToken> introspect(TenantId tenant, PartnerId partner, String token) {
        try {
            VerifiedToken verified = authenticator.verify(token);
            authenticator.requireUsable(verified);
            return isOf(tenant, verified) && verified.actor().partner().equals(partner)
                    ? Optional.of(new ActiveToken(verified.actor(), issuedAt(verified)))
                    : Optional.empty();
        } catch (VaultException refusal) {
            throwUnlessAboutTheToken(refusal);
            return Optional.empty();
        }
    }

    /**
     * How to revoke this token within the tenant; empty when there is nothing to revoke: it was never a token, has expired, or is of another tenant. Of a personal
     * token nobody is asked, so that it can be revoked while its issuer is away: a revocation in a tenant that is not its own does nothing.
     *
     * @throws VaultException {@code service_unavailable} when that cannot be told
     */
    public Optional<Revocation> revocationOf(TenantId tenant, String token) {
        if (PersonalTokens.isOne(token)) {
            return Optional.of(new Revocation.OfFingerprint(TokenHash.of(token).hex(), null));
        }
        try {
            VerifiedToken verified = authenticator.verify(token);
            return isOf(tenant, verified) ? Optional.of(revocationOf(verified)) : Optional.empty();
        } catch (VaultException refusal) {
            throwUnlessAboutTheToken(refusal);
            return Optional.empty();
        }
    }

    private static Revocation revocationOf(VerifiedToken verified) {
        String tokenId = verified.revocable().tokenId();
        Instant expiresAt = verified.actor().tokenExpiresAt();
        return tokenId == null
                ? new Revocation.OfFingerprint(verified.revocable().fingerprint(), expiresAt)
                : new Revocation.OfTokenId(tokenId, expiresAt);
    }

    private static boolean isOf(TenantId tenant, VerifiedToken verified) {
        return verified.actor().tenant().equals(tenant);
    }

    private static @Nullable Instant issuedAt(VerifiedToken verified) {
        long issuedAt = verified.revocable().issuedAtMillis();
        return issuedAt == 0 ? null : Instant.ofEpochMilli(issuedAt);
    }

    private static void throwUnlessAboutTheToken(VaultException refusal) {
        boolean suspended = refusal.code() == ErrorCode.TENANT_ACCESS_DENIED;
        if (!suspended && refusal.code().status() != ErrorCode.TOKEN_INVALID.status()) {
            throw refusal;
        }
    }

    /** @param issuedAt absent when the token does not say */
    public record ActiveToken(Actor actor, @Nullable Instant issuedAt) {}
}
