package ai.scailabs.vault.api.policies;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.decision.WhoCan;
import ai.scailabs.vault.access.policy.ConditionsForm;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.access.policy.PolicyService;
import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.answer.JsonWriter;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.Cursors;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.audit.log.AuditLog;
import ai.scailabs.vault.audit.log.RecordedEntry;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** Why somebody was refused, from the audit entry of the refusal, and who would not be. */
@Controller
public class PolicyDecisionController {
    private final AccessControl access;
    private final PolicyService policies;
    private final AuditLog log;
    private final Cursors cursors;

    public PolicyDecisionController(AccessControl access, PolicyService policies, AuditLog log, Cursors cursors) {
        this.access = access;
        this.policies = policies;
        this.log = log;
        this.cursors = cursors;
    }

    @GetMapping("/v1/policies/decisions/{id}")
    @Endpoint(scope = "policies:read", action = AuditAction.POLICY_READ, category = PathCategory.POLICIES)
    public Answer decision(Call call, @PathVariable String id) {
        RecordedEntry entry = Ids.uuid(Call.DECISION_PREFIX, id)
                .flatMap(uuid -> log.find(call.tenant(), uuid))
                .filter(PolicyDecisionController::isDecision)
                .orElseThrow(() -> new VaultException(ErrorCode.DECISION_NOT_FOUND, "There is no such decision"));
        call.about(id);
        List<Map<?, ?>> evaluated = objects(entry.extra().get("evaluated"));
        Map<String, String> names = policies.names(
                call.actor(),
                evaluated.stream()
                        .map(policy -> String.valueOf(policy.get("policy_id")))
                        .toList());
        return Answer.ok(call.recorded(), json -> write(json, id, entry, evaluated, names));
    }

    /** Other entries are for who may read the audit log. */
    private static boolean isDecision(RecordedEntry entry) {
        return !entry.success() && entry.extra().get("evaluated") instanceof List<?>;
    }

    private static void write(
            JsonWriter json, String id, RecordedEntry entry, List<Map<?, ?>> evaluated, Map<String, String> names) {
        Map<String, Object> extra = entry.extra();
        json.text("decision_id", id)
                .flag("allowed", false)
                .text("code", entry.errorCode())
                .value("failed_condition", extra.get("failed_condition"))
                .value("missing_role", extra.get("missing_role"))
                .text("identity_type", entry.identityType())
                .text("identity_id", entry.identityId())
                .value("permission", extra.get("permission"))
                .text("path", entry.path())
                .time("decided_at", entry.occurredAt())
                .text("source_ip", entry.sourceIp())
                .text("request_id", entry.requestId())
                .value("bound_policies", extra.get("bound_policies"))
                .objects("evaluated", evaluated, (each, policy) -> {
                    String policyId = String.valueOf(policy.get("policy_id"));
                    each.text("policy_id", policyId)
                            .text("policy_name", names.get(policyId))
                            .objects("rules", objects(policy.get("rules")), PolicyDecisionController::writeRule);
                })
                .value("rules_left_out", extra.get("rules_left_out"));
        if (Boolean.FALSE.equals(extra.get("token_paths_matched"))) {
            json.flag("token_paths_matched", false);
        }
    }

    private static void writeRule(JsonWriter json, Map<?, ?> rule) {
        for (String member : List.of("rule_index", "path_matched", "permission_matched", "failed_condition")) {
            json.value(member, rule.get(member));
        }
    }

    private static List<Map<?, ?>> objects(@Nullable Object stored) {
        List<Map<?, ?>> objects = new ArrayList<>();
        if (stored instanceof List<?> items) {
            for (Object item : items) {
                if (item instanceof Map<?, ?> object) {
                    objects.add(object);
                }
            }
        }
        return objects;
    }

    @GetMapping("/v1/policies/who-can")
    @Endpoint(scope = "policies:read", action = AuditAction.POLICY_READ, category = PathCategory.POLICIES)
    public Answer whoCan(Call call, HttpServletRequest request) {
        QueryParameters parameters = QueryParameters.of(request, "path", "permission", "limit", "cursor");
        String path = required(parameters, "path");
        Permission permission = Permission.parse(required(parameters, "permission"))
                .orElseThrow(() -> VaultException.invalidField(
                        "permission", "must be read, write, delete, list, rotate or admin"));
        String list = "policies/who-can?" + parameters.filters();
        WhoCan.Position after = position(cursors.decode(call, list, parameters.text("cursor")));
        WhoCan page = access.whoCan(call.tenant(), permission, path, parameters.limit(), after);
        call.about(path);
        WhoCan.Position next = page.next();
        String cursor = next == null ? null : cursors.encode(call, list, text(next));
        return Answer.ok(
                call.recorded(),
                json -> json.objects("grants", page.grants(), PolicyDecisionController::write)
                        .text("cursor", cursor)
                        .flag("has_more", cursor != null));
    }

    private static void write(JsonWriter json, WhoCan.Grant grant) {
        Instant expiresAt =
                grant.expiresAtMillis() == Long.MAX_VALUE ? null : Instant.ofEpochMilli(grant.expiresAtMillis());
        json.text("identity_type", grant.identity().type().wireName())
                .text("identity_id", grant.identity().value())
                .text("policy_id", grant.policyId())
                .text("policy_name", grant.policyName())
                .number("rule_index", grant.ruleIndex())
                .value("conditions", ConditionsForm.write(grant.conditions()))
                .time("expires_at", expiresAt);
    }

    private static String required(QueryParameters parameters, String name) {
        String value = parameters.text(name);
        if (value == null) {
            throw VaultException.invalidField(name, "is required");
        }
        return value;
    }

    private static String text(WhoCan.Position position) {
        return position.identity() + " " + position.policyId() + " " + position.ruleIndex();
    }

    private static WhoCan.@Nullable Position position(@Nullable String text) {
        if (text == null) {
            return null;
        }
        String[] parts = text.split(" ", 3);
        return new WhoCan.Position(parts[0], parts[1], Integer.parseInt(parts[2]));
    }
}
