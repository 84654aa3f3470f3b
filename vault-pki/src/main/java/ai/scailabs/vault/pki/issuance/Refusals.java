package ai.scailabs.vault.pki.issuance;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.time.DurationText;
import ai.scailabs.vault.pki.profile.Role;
import ai.scailabs.vault.pki.profile.Violation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How a certificate is refused: by the rule and the value, whoever found it, in the same words as a dry run. */
final class Refusals {
    private static final String RULE = "rule";
    private static final String VALUE = "value";
    private static final String CODE = "code";
    private static final String MESSAGE = "message";
    private static final String MAX_TTL = "max_ttl";
    private static final String REQUIRE_APPROVAL = "require_approval";
    private static final String VIOLATIONS = "violations";

    private Refusals() {}

    static VaultException of(String rule, String value, String problem) {
        return new VaultException(ErrorCode.VALIDATION_ERROR, value + " " + problem, Map.of(RULE, rule, VALUE, value));
    }

    /** By a role whose certificates somebody approves first. */
    static VaultException needsApproval(String role) {
        return new VaultException(
                ErrorCode.CONFLICT,
                "Certificates of this role are approved first: import the request by /v1/pki/csr/import",
                Map.of(RULE, REQUIRE_APPROVAL, VALUE, role, "state", "approval_required"));
    }

    /** Of the same rule as the policy's own. */
    static Violation tooLong(Role role) {
        String longest = DurationText.format(role.lifetime().maxTtl());
        return new Violation(MAX_TTL, longest, "the role allows " + longest + " at most", ErrorCode.TTL_EXCEEDED);
    }

    static boolean tellOfTtl(List<Violation> violations) {
        return violations.stream().anyMatch(violation -> violation.rule().equals(MAX_TTL));
    }

    /** @param violations at least one */
    static VaultException of(List<Violation> violations) {
        Violation first = violations.getFirst();
        Map<String, Object> details = new LinkedHashMap<>();
        details.put(RULE, first.rule());
        details.put(VALUE, first.value());
        details.put(VIOLATIONS, violations.stream().map(Refusals::shown).toList());
        return new VaultException(first.code(), first.message(), details);
    }

    private static Map<String, String> shown(Violation violation) {
        Map<String, String> shown = new LinkedHashMap<>();
        shown.put(RULE, violation.rule());
        shown.put(VALUE, violation.value());
        shown.put(CODE, violation.code().code());
        shown.put(MESSAGE, violation.message());
        return shown;
    }

    /** The reverse, of any refusal; at least one. */
    static List<Violation> violations(VaultException refused) {
        if (refused.details().get(VIOLATIONS) instanceof List<?> all) {
            List<Violation> violations = new ArrayList<>();
            for (Object each : all) {
                if (each instanceof Map<?, ?> shown) {
                    violations.add(new Violation(
                            String.valueOf(shown.get(RULE)),
                            String.valueOf(shown.get(VALUE)),
                            String.valueOf(shown.get(MESSAGE)),
                            ErrorCode.valueOf(String.valueOf(shown.get(CODE)).toUpperCase(Locale.ROOT))));
                }
            }
            return violations;
        }
        Object rule = refused.details().get(RULE);
        Object value = refused.details().get(VALUE);
        return List.of(new Violation(
                rule == null ? refused.code().code() : rule.toString(),
                value == null ? "" : value.toString(),
                String.valueOf(refused.getMessage()),
                refused.code()));
    }

    /** The longest that would be granted now. */
    static String longest(Role role, Instant until, Instant now) {
        Duration left =
                Duration.ofSeconds(Math.max(0, Duration.between(now, until).toSeconds()));
        Duration most = role.lifetime().maxTtl();
        Duration shorter = left.compareTo(most) < 0 ? left : most;
        return shorter.isZero() ? "0s" : DurationText.format(shorter);
    }
}
