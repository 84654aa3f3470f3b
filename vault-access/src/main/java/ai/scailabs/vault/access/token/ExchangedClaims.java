package ai.scailabs.vault.access.token;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.identity.Workload;
import ai.scailabs.vault.access.issuer.TokenMembers;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.IdentityType;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.PathGlob;
import com.nimbusds.jwt.JWTClaimsSet;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the claims of a token that we made in exchange for a foreign one. A service account of the issuer's own tenant, with no group, no role and no second factor, whatever
 * else it says.
 */
final class ExchangedClaims {
    private ExchangedClaims() {}

    /**
     * @param tenant whose issuer signed it
     * @throws VaultException {@code token_invalid}, as is a {@link ParseException}
     */
    static Actor actor(JWTClaimsSet claims, TenantId tenant) throws ParseException {
        if (!tenant.equals(ActorClaims.tenant(claims))) {
            throw TokenRefusals.invalid("is of another tenant than its issuer");
        }
        IdentityId identity = IdentityId.parse(ActorClaims.required(claims, "sub"))
                .filter(parsed -> parsed.type() == IdentityType.SERVICE_ACCOUNT)
                .orElseThrow(() -> TokenRefusals.invalid("names no identity of a known form"));
        return Actor.exchanged(
                identity,
                tenant,
                ActorClaims.partner(claims),
                ActorClaims.scopes(claims),
                claims.getExpirationTime().toInstant(),
                ActorClaims.required(claims, "jti"),
                workload(claims));
    }

    private static Workload workload(JWTClaimsSet claims) throws ParseException {
        Map<String, Object> act = claims.getJSONObjectClaim(TokenMembers.ACTOR);
        Integer revision = claims.getIntegerClaim(TokenMembers.TRUST_REVISION);
        if (act == null
                || revision == null
                || !(act.get("iss") instanceof String issuer)
                || !(act.get("sub") instanceof String subject)) {
            throw TokenRefusals.invalid("does not say for whom it was exchanged");
        }
        return new Workload(ActorClaims.required(claims, TokenMembers.TRUST), revision, issuer, subject, paths(claims));
    }

    /** A narrowing that is not understood would be none. */
    private static List<PathGlob> paths(JWTClaimsSet claims) throws ParseException {
        @Nullable List<String> patterns = claims.getStringListClaim(TokenMembers.PATHS);
        if (patterns == null) {
            if (claims.getClaims().containsKey(TokenMembers.PATHS)) {
                throw TokenRefusals.invalid("is narrowed in a way that is not understood");
            }
            return List.of();
        }
        if (patterns.isEmpty()) {
            throw TokenRefusals.invalid("is narrowed in a way that is not understood");
        }
        try {
            return patterns.stream().map(PathGlob::parse).toList();
        } catch (VaultException malformed) {
            throw TokenRefusals.invalid("is narrowed in a way that is not understood");
        }
    }
}
