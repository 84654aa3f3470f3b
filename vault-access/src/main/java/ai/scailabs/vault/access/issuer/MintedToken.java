package ai.scailabs.vault.access.issuer;

import java.time.Instant;

/**
 * @param token for its holder only
 * @param tokenId its {@code jti}
 */
public record MintedToken(String token, String tokenId, Instant issuedAt, Instant expiresAt) {
    /** Without the token. */
    @Override
    public String toString() {
        return "MintedToken[" + tokenId + "]";
    }
}
