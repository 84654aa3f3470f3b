package ai.scailabs.vault.access.policy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import java.time.Instant;
import java.util.Map;

/** How much a tenant, or the space that a partner shares, may have: everything that decides is held in memory. For transactions that hold the lock of the tenant. */
final class PolicyRoom {
    private final PolicyRepository repository;

    PolicyRoom(PolicyRepository repository) {
        this.repository = repository;
    }

    void requireForPolicy(TenantTransaction tx) {
        if (repository.countPolicies(tx) >= PolicyService.MAX_POLICIES) {
            throw new VaultException(
                    ErrorCode.CONFLICT,
                    "A tenant has at most " + PolicyService.MAX_POLICIES + " policies",
                    Map.of("max_policies", PolicyService.MAX_POLICIES));
        }
    }

    /** @param policy as it is going to be */
    void requireForRules(TenantTransaction tx, Policy policy) {
        if (repository.countRulesOfOthers(tx, policy.id()) + policy.rules().size() > PolicyService.MAX_TENANT_RULES) {
            throw new VaultException(
                    ErrorCode.CONFLICT,
                    "A tenant has at most " + PolicyService.MAX_TENANT_RULES + " rules; use patterns that cover more",
                    Map.of("max_tenant_rules", PolicyService.MAX_TENANT_RULES));
        }
    }

    void requireForBinding(TenantTransaction tx, String policyId, Instant now) {
        if (repository.countBindings(tx, policyId, now) >= PolicyService.MAX_BINDINGS
                || repository.countBindings(tx) >= PolicyService.MAX_TENANT_BINDINGS) {
            throw new VaultException(
                    ErrorCode.CONFLICT,
                    "A policy has at most " + PolicyService.MAX_BINDINGS + " bindings, a tenant "
                            + PolicyService.MAX_TENANT_BINDINGS + "; bind a group instead",
                    Map.of(
                            "max_bindings",
                            PolicyService.MAX_BINDINGS,
                            "max_tenant_bindings",
                            PolicyService.MAX_TENANT_BINDINGS));
        }
    }
}
