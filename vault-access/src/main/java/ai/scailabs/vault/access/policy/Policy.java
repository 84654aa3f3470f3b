package ai.scailabs.vault.access.policy;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A named set of rules.
 *
 * @param active an inactive policy grants nothing
 * @param revision counts the changes of the policy itself, from 1; bindings do not count
 * @param createdBy the identity that created it
 */
public record Policy(
        String id,
        String name,
        @Nullable String description,
        String scope,
        List<PolicyRule> rules,
        boolean active,
        int revision,
        Instant createdAt,
        String createdBy,
        Instant updatedAt) {
    /** It decides in the tenant that it is of. */
    public static final String TENANT_SCOPE = "tenant";
    /** It is the partner's, and decides in each of its tenants. */
    public static final String PARTNER_SCOPE = "partner";
}
