package ai.scailabs.vault.api.policies;

import ai.scailabs.vault.access.policy.BindingDraft;
import ai.scailabs.vault.access.policy.ConditionsDraft;
import ai.scailabs.vault.access.policy.PolicyDraft;
import ai.scailabs.vault.access.policy.PolicyPatch;
import ai.scailabs.vault.access.policy.RuleDraft;
import ai.scailabs.vault.kernel.error.VaultException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The bodies of the policy endpoints. */
final class PolicyRequests {
    private PolicyRequests() {}

    record Rule(
            @Nullable String pathPattern,
            @Nullable List<String> permissions,
            @Nullable Conditions conditions) {
        RuleDraft draft() {
            return new RuleDraft(pathPattern, permissions, conditions == null ? null : conditions.draft());
        }
    }

    record Conditions(
            @Nullable List<@Nullable String> ipRanges,
            @Nullable Boolean requireMfa,
            @Nullable String mfaMaxAge,
            @Nullable TimeWindow timeWindow) {
        ConditionsDraft draft() {
            return new ConditionsDraft(ipRanges, requireMfa, mfaMaxAge, timeWindow == null ? null : timeWindow.draft());
        }
    }

    record TimeWindow(
            @Nullable List<@Nullable String> days,
            @Nullable String start,
            @Nullable String end,
            @Nullable String timezone) {
        ConditionsDraft.Window draft() {
            return new ConditionsDraft.Window(days, start, end, timezone);
        }
    }

    record Policy(
            @Nullable String name,
            @Nullable String description,
            @Nullable List<Rule> rules,
            @Nullable String scope,
            @Nullable Boolean isActive) {
        PolicyDraft draft() {
            return new PolicyDraft(name, description, drafts(rules), scope, isActive);
        }
    }

    /** @param description a node, to tell {@code null} from absent */
    record Patch(
            @Nullable String name,
            @Nullable JsonNode description,
            @Nullable List<Rule> rules,
            @Nullable String scope,
            @Nullable Boolean isActive) {
        PolicyPatch patch() {
            if (description != null && !description.isNull() && !description.isString()) {
                throw VaultException.invalidField("description", "must be text or null");
            }
            boolean clear = description != null && description.isNull();
            String text = description == null || clear ? null : description.stringValue();
            return new PolicyPatch(name, text, clear, drafts(rules), scope, isActive);
        }
    }

    record Binding(
            @Nullable String identityType,
            @Nullable String identityId,
            @Nullable String expiresAt) {
        BindingDraft draft() {
            return new BindingDraft(identityType, identityId, time("expires_at", expiresAt));
        }
    }

    record Test(
            @Nullable String identityId,
            @Nullable String path,
            @Nullable String permission,
            @Nullable Context context) {}

    record Context(
            @Nullable String sourceIp,
            @Nullable Boolean mfaVerified,
            @Nullable String timestamp,
            @Nullable String trustId) {}

    static @Nullable Instant time(String field, @Nullable String text) {
        try {
            return text == null ? null : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException malformed) {
            throw VaultException.invalidField(field, "must be a time such as 2026-01-31T08:00:00Z");
        }
    }

    private static @Nullable List<RuleDraft> drafts(@Nullable List<Rule> rules) {
        if (rules == null) {
            return null;
        }
        if (rules.contains(null)) {
            throw VaultException.invalidField("rules", "has an entry that is null");
        }
        return rules.stream().map(Rule::draft).toList();
    }
}
