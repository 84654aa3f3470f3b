package ai.scailabs.vault.access.revocation;

import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * What a revocation can name of a verified token.
 *
 * @param subject {@code user:<sub>} of a person, whatever the identity is called; absent for services, and where no identity can be called that
 * @param tokenId its {@code jti}
 * @param fingerprint SHA-256, in hex, of that of the token which nobody can alter without making it invalid
 * @param trust the trust that it was made under, with its revision; absent for tokens that were not exchanged
 * @param issuedAtMillis 0 when the token does not say, so that every revocation of its identity concerns it
 */
public record RevocableToken(
        TenantId tenant,
        IdentityId identity,
        @Nullable IdentityId subject,
        @Nullable String tokenId,
        String fingerprint,
        @Nullable String trust,
        long issuedAtMillis) {

    /** One that was not exchanged. */
    public RevocableToken(
            TenantId tenant,
            IdentityId identity,
            @Nullable IdentityId subject,
            @Nullable String tokenId,
            String fingerprint,
            long issuedAtMillis) {
        this(tenant, identity, subject, tokenId, fingerprint, null, issuedAtMillis);
    }
}
