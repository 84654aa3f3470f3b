package ai.scailabs.vault.access.policy;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The two spaces whose policies decide about an actor: its tenant's own, and the one that its partner shares with all its tenants. */
final class PolicySpaces {
    private final PolicyRepository repository;

    PolicySpaces(PolicyRepository repository) {
        this.repository = repository;
    }

    /** The space of a policy of this scope. */
    static TenantId of(Actor actor, String scope) {
        return scope.equals(Policy.PARTNER_SCOPE) ? TenantId.sharedBy(actor.partner()) : actor.tenant();
    }

    /** @throws VaultException {@code policy_not_found} when it is in neither */
    TenantId find(Actor actor, String policyId) {
        for (TenantId space : List.of(actor.tenant(), TenantId.sharedBy(actor.partner()))) {
            if (repository.find(space, policyId).isPresent()) {
                return space;
            }
        }
        throw new VaultException(ErrorCode.POLICY_NOT_FOUND, "There is no such policy");
    }

    /**
     * Whoever may change policies may change those of the tenant; those of the partner count for all its tenants and take its administrator.
     *
     * @throws VaultException {@code forbidden}
     */
    static void requireWritable(Actor actor, TenantId space) {
        if (space.equals(actor.tenant())) {
            return;
        }
        if (!space.equals(TenantId.sharedBy(actor.partner()))) {
            throw new IllegalArgumentException("the space is another partner's");
        }
        if (!actor.hasRole(Actor.PARTNER_ADMIN)) {
            throw new VaultException(
                    ErrorCode.FORBIDDEN,
                    "Policies of the partner are changed by its administrators",
                    Map.of("required_role", Actor.PARTNER_ADMIN));
        }
    }

    /** Of both spaces, or of the one that has the scope; oldest first. */
    List<PolicySummary> page(
            Actor actor, @Nullable String scope, boolean includeInactive, String after, int rows, Instant now) {
        List<PolicySummary> found = new ArrayList<>();
        for (String each : List.of(Policy.TENANT_SCOPE, Policy.PARTNER_SCOPE)) {
            if (scope == null || scope.equals(each)) {
                found.addAll(repository.page(of(actor, each), each, includeInactive, after, rows, now));
            }
        }
        found.sort(Comparator.comparing(PolicySummary::id));
        return found.size() > rows ? List.copyOf(found.subList(0, rows)) : found;
    }

    Map<String, String> names(Actor actor, List<String> policyIds) {
        Map<String, String> names = new HashMap<>(repository.names(actor.tenant(), policyIds));
        if (!names.keySet().containsAll(policyIds)) {
            names.putAll(repository.names(TenantId.sharedBy(actor.partner()), policyIds));
        }
        return names;
    }
}
