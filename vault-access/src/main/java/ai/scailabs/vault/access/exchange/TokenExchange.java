package ai.scailabs.vault.access.exchange;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.identity.Workload;
import ai.scailabs.vault.access.issuer.MintedToken;
import ai.scailabs.vault.access.issuer.TenantIssuer;
import ai.scailabs.vault.access.issuer.TokenGrant;
import ai.scailabs.vault.access.token.ForeignTokens;
import ai.scailabs.vault.access.trust.Trust;
import ai.scailabs.vault.access.trust.TrustService;
import ai.scailabs.vault.access.trust.TrustTerms;
import ai.scailabs.vault.access.trust.TrustedSource;
import ai.scailabs.vault.access.trust.TrustedTenant;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Exchanges the proof of a workload for a token that stands for the identity that a trust names, for the scopes and paths that it allows, and no longer than the proof lasts. A proof may be
 * used as often as it is valid: its own issuers mean it to be, see the decision on workload identity. Thread-safe.
 */
public final class TokenExchange {
    private static final String GRANT_TYPE = "urn:ietf:params:oauth:grant-type:token-exchange";
    public static final String ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token";
    private static final Set<String> ISSUED_TYPES = Set.of(ACCESS_TOKEN_TYPE, "urn:ietf:params:oauth:token-type:jwt");

    private static final Pattern ROLE =
            Pattern.compile("(?<tenant>[^/]{1,68})/(?<trust>[A-Za-z0-9][A-Za-z0-9._-]{0,62})");
    private static final Pattern SCOPES = Pattern.compile("[!-~]{1,64}( [!-~]{1,64}){0,30}");

    private final TrustService trusts;
    private final OidcProof oidc;
    private final AwsProof aws;
    private final TenantIssuer issuer;
    private final String audience;
    private final Clock clock;

    /** @param audience what this service wants to be called */
    public TokenExchange(
            TrustService trusts,
            ForeignTokens tokens,
            AwsProof aws,
            TenantIssuer issuer,
            String audience,
            Clock clock) {
        this.trusts = trusts;
        this.oidc = new OidcProof(tokens, clock);
        this.aws = aws;
        this.issuer = issuer;
        this.audience = audience;
        this.clock = clock;
    }

    /**
     * @param whenKnown told which tenant it is about, when there is such a tenant, before anything is refused
     * @throws VaultException {@code validation_error} for a request that nobody could grant, or that asks for more scopes than the trust gives; {@code token_invalid} without the reason; {@code
     *     token_expired}; {@code service_unavailable}, {@code kms_unavailable}
     */
    public Exchanged exchange(ExchangeRequest request, Consumer<TenantId> whenKnown) {
        // 1. What can be said of the request without looking anything up.
        requireStandard(request);
        String subjectToken = required("subject_token", request.subjectToken());
        String type = required("subject_token_type", request.subjectTokenType());
        Matcher role = ROLE.matcher(required("role", request.role()));
        TenantId tenant = role.matches() ? TenantId.parse(role.group("tenant")).orElse(null) : null;
        if (tenant == null) {
            throw VaultException.invalidField("role", "must be <tenant id>/<name or id of a trust>");
        }
        // 2. Who is asked to trust.
        TrustedTenant named =
                trusts.named(tenant, role.group("trust")).orElseThrow(() -> Refusals.refused("no_such_tenant"));
        whenKnown.accept(tenant);
        Trust trust = usable(named);
        // 3. Whether it does, and with what.
        try {
            Proof proof = proof(subjectToken, type, tenant, trust);
            return minted(tenant, named.partner(), trust, proof, scopes(request.scope(), trust.terms()));
        } catch (VaultException refusal) {
            throw about(trust, refusal);
        }
    }

    private static Trust usable(TrustedTenant named) {
        Trust trust = named.trust();
        if (trust == null) {
            throw Refusals.refused("no_such_trust");
        }
        if (!named.active() || !trust.active()) {
            throw about(trust, Refusals.refused(named.active() ? "trust_not_active" : "tenant_suspended"));
        }
        return trust;
    }

    private Proof proof(String subjectToken, String type, TenantId tenant, Trust trust) {
        return switch (trust.terms().source()) {
            case TrustedSource.Oidc source
            when OidcProof.TYPES.contains(type) -> oidc.verify(subjectToken, tenant, trust, source);
            case TrustedSource.Aws source
            when AwsProof.TYPE.equals(type) ->
                aws.verify(subjectToken, source, trust.terms().ttl());
            case TrustedSource.Oidc _, TrustedSource.Aws _ -> throw Refusals.refused("wrong_token_type");
        };
    }

    private Exchanged minted(TenantId tenant, PartnerId partner, Trust trust, Proof proof, Set<String> scopes) {
        TrustTerms terms = trust.terms();
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Instant longest = now.plus(terms.ttl());
        Instant expiresAt = proof.expiresAt().isBefore(longest) ? proof.expiresAt() : longest;
        if (!expiresAt.truncatedTo(ChronoUnit.SECONDS).isAfter(now)) {
            throw Refusals.expired(proof.subject());
        }
        Workload workload = new Workload(trust.id(), trust.revision(), proof.issuer(), proof.subject(), terms.paths());
        MintedToken token = issuer.mint(new TokenGrant(tenant, partner, terms.identity(), scopes, workload, expiresAt));
        Actor actor = Actor.exchanged(
                terms.identity(), tenant, partner, scopes, token.expiresAt(), token.tokenId(), workload);
        return new Exchanged(actor, token);
    }

    private void requireStandard(ExchangeRequest request) {
        if (!GRANT_TYPE.equals(request.grantType())) {
            throw VaultException.invalidField("grant_type", "must be " + GRANT_TYPE);
        }
        if (request.requestedTokenType() != null && !ISSUED_TYPES.contains(request.requestedTokenType())) {
            throw VaultException.invalidField("requested_token_type", "must be " + ACCESS_TOKEN_TYPE);
        }
        if (request.audience() != null && !request.audience().equals(audience)) {
            throw VaultException.invalidField("audience", "must be this service, which is what it is without it");
        }
        if (request.scope() != null && !SCOPES.matcher(request.scope()).matches()) {
            throw VaultException.invalidField("scope", "must be scopes with a space between them");
        }
    }

    private static String required(String field, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            throw VaultException.invalidField(field, "is required");
        }
        return value;
    }

    private static Set<String> scopes(@Nullable String asked, TrustTerms terms) {
        if (asked == null) {
            return terms.scopes();
        }
        Set<String> scopes = new TreeSet<>(Arrays.asList(asked.split(" ", -1)));
        if (!terms.scopes().containsAll(scopes)) {
            throw VaultException.invalidField("scope", "asks for more than the trust gives");
        }
        return scopes;
    }

    /** So that the tenant's log names the trust. */
    private static VaultException about(Trust trust, VaultException refusal) {
        if (refusal.code() == ErrorCode.INTEGRITY_FAILURE) {
            return refusal;
        }
        Map<String, Object> evidence = new LinkedHashMap<>();
        evidence.put("trust_id", trust.id());
        evidence.putAll(refusal.evidence());
        return refusal.withEvidence(evidence);
    }

    /** What a workload that the trust is for names as its {@code role}. */
    public static String roleOf(TenantId tenant, Trust trust) {
        return tenant + "/" + trust.id();
    }
}
