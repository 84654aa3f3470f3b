package ai.scailabs.vault.access.identity;

import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An authenticated caller, as its token describes it. Immutable; may be shared by all requests that carry the same token.
 *
 * @param subject {@code user:<sub>} of a person, as its issuer knows it; absent for services, and where no identity can be called that
 * @param displayName for people to read, never for decisions
 * @param groups identities of type group
 * @param roles as the token spells them, or as they were assigned here; compared byte by byte; they never open a secret
 * @param mfaVerifiedAt when a second factor was last shown; absent when never
 * @param tokenExpiresAt the token's own {@code exp}, without the skew that is granted to it
 * @param tokenId the token's {@code jti}
 * @param workload behind a token that was exchanged for a foreign one; absent for every other
 */
public record Actor(
        IdentityId identity,
        @Nullable IdentityId subject,
        String displayName,
        TenantId tenant,
        PartnerId partner,
        Set<String> scopes,
        Set<IdentityId> groups,
        Set<String> roles,
        @Nullable Instant mfaVerifiedAt,
        Instant tokenExpiresAt,
        @Nullable String tokenId,
        @Nullable Workload workload) {
    public static final String TENANT_ADMIN = "tenant_admin";
    public static final String PARTNER_ADMIN = "partner_admin";
    public static final String SUPER_ADMIN = "super_admin";

    private static final String ADMIN = "admin";

    /** With a token that is the issuer's own, of somebody whose id there is not known, or does not matter. */
    public Actor(
            IdentityId identity,
            String displayName,
            TenantId tenant,
            PartnerId partner,
            Set<String> scopes,
            Set<IdentityId> groups,
            Set<String> roles,
            @Nullable Instant mfaVerifiedAt,
            Instant tokenExpiresAt,
            @Nullable String tokenId) {
        this(
                identity,
                null,
                displayName,
                tenant,
                partner,
                scopes,
                groups,
                roles,
                mfaVerifiedAt,
                tokenExpiresAt,
                tokenId,
                null);
    }

    public Actor {
        scopes = Set.copyOf(scopes);
        groups = Set.copyOf(groups);
        roles = Set.copyOf(roles);
    }

    /** The service account that a workload became by exchange: in no group, with no role, and without a second factor. */
    public static Actor exchanged(
            IdentityId identity,
            TenantId tenant,
            PartnerId partner,
            Set<String> scopes,
            Instant tokenExpiresAt,
            @Nullable String tokenId,
            Workload workload) {
        return new Actor(
                identity,
                null,
                identity.value(),
                tenant,
                partner,
                scopes,
                Set.of(),
                Set.of(),
                null,
                tokenExpiresAt,
                tokenId,
                workload);
    }

    /** Whether the token carries the scope; {@code admin} stands for every {@code …:admin} beside itself, and never for a scope of secrets. */
    public boolean hasScope(String scope) {
        return scopes.contains(scope)
                || (scope.endsWith(":" + ADMIN) && !scope.startsWith("secrets:") && scopes.contains(ADMIN));
    }

    /** Whether the token does anything there: one that was narrowed to other paths does not, whatever is its holder's. */
    public boolean reaches(SecretPath path) {
        return workload == null || workload.reaches(path.value());
    }

    public boolean hasRole(String role) {
        return roles.contains(role);
    }

    /**
     * The same caller acting on another tenant of its partner. There it is known by its own name only: groups are the tenant's own, and one of the same name elsewhere is
     * another.
     */
    public Actor actingOn(TenantId other) {
        return new Actor(
                identity,
                subject,
                displayName,
                other,
                partner,
                scopes,
                Set.of(),
                roles,
                mfaVerifiedAt,
                tokenExpiresAt,
                tokenId,
                workload);
    }

    /** The same caller with these roles in the place of those of its token. */
    public Actor withRoles(Set<String> assigned) {
        return new Actor(
                identity,
                subject,
                displayName,
                tenant,
                partner,
                scopes,
                groups,
                assigned,
                mfaVerifiedAt,
                tokenExpiresAt,
                tokenId,
                workload);
    }

    /** Names the caller and nothing of the token. */
    @Override
    public String toString() {
        return "Actor[" + identity + " of " + tenant + "]";
    }
}
