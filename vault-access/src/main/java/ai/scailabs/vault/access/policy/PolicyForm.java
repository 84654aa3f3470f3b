package ai.scailabs.vault.access.policy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.IdentityType;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What callers may write into policies and bindings. */
final class PolicyForm {
    private static final int MAX_NAME = 128;
    private static final int MAX_DESCRIPTION = 1024;
    private static final Set<IdentityType> BINDABLE =
            Set.of(IdentityType.USER, IdentityType.SERVICE_ACCOUNT, IdentityType.GROUP, IdentityType.SYSTEM);

    /** Of what the service does by itself, engines alone do it by policies: each, or all of a tenant. */
    private static final String ENGINE = "dynamic:";

    private static final String ENGINES = "system:dynamic-engines";

    private PolicyForm() {}

    /** @throws VaultException {@code validation_error} */
    static String name(@Nullable String name) {
        if (name == null) {
            throw VaultException.invalidField("name", "is required");
        }
        boolean ends = name.isEmpty() || name.startsWith(" ") || name.endsWith(" ");
        if (ends || name.length() > MAX_NAME || !isPrintable(name, false)) {
            throw VaultException.invalidField(
                    "name", "must be 1 to " + MAX_NAME + " printable characters without spaces at its ends");
        }
        return name;
    }

    /** @throws VaultException {@code validation_error} */
    static @Nullable String description(@Nullable String description) {
        if (description != null && (description.length() > MAX_DESCRIPTION || !isPrintable(description, true))) {
            throw VaultException.invalidField(
                    "description", "must be at most " + MAX_DESCRIPTION + " printable characters");
        }
        return description;
    }

    /** @throws VaultException {@code validation_error} for a scope that is none */
    static String scope(@Nullable String scope) {
        String wanted = scope == null ? Policy.TENANT_SCOPE : scope;
        if (!wanted.equals(Policy.TENANT_SCOPE) && !wanted.equals(Policy.PARTNER_SCOPE)) {
            throw VaultException.invalidField("scope", "must be tenant or partner");
        }
        return wanted;
    }

    /** @throws VaultException {@code validation_error} for a scope that is none, or another than the policy has */
    static void sameScope(@Nullable String scope, Policy policy) {
        if (scope != null && !scope(scope).equals(policy.scope())) {
            throw VaultException.invalidField("scope", "cannot change");
        }
    }

    /** @throws VaultException {@code invalid_policy} or {@code invalid_glob} */
    static List<PolicyRule> rules(@Nullable List<RuleDraft> rules) {
        if (rules == null) {
            throw new VaultException(ErrorCode.INVALID_POLICY, "A policy needs rules");
        }
        return PolicyRule.parseAll(rules);
    }

    /** @throws VaultException {@code validation_error} */
    static IdentityId grantee(BindingDraft draft) {
        if (draft.identityType() == null) {
            throw VaultException.invalidField("identity_type", "is required");
        }
        if (draft.identityId() == null) {
            throw VaultException.invalidField("identity_id", "is required");
        }
        IdentityType type = IdentityType.parse(draft.identityType())
                .filter(BINDABLE::contains)
                .orElseThrow(() ->
                        VaultException.invalidField("identity_type", "must be user, service_account, group or system"));
        IdentityId identity = IdentityId.parse(draft.identityId())
                .orElseThrow(() -> VaultException.invalidField(
                        "identity_id", "must be an identity such as user:jo@example.test, sa:mailer or group:ops"));
        if (identity.type() != type) {
            throw VaultException.invalidField("identity_id", "is not of the identity_type");
        }
        if (type == IdentityType.SYSTEM
                && !identity.value().startsWith(ENGINE)
                && !identity.value().equals(ENGINES)) {
            throw VaultException.invalidField(
                    "identity_id", "must be an engine such as dynamic:orders-db, or system:dynamic-engines for all");
        }
        return identity;
    }

    /** @throws VaultException {@code validation_error} */
    static @Nullable Instant expiry(@Nullable Instant expiresAt, Instant now) {
        if (expiresAt == null) {
            return null;
        }
        if (!expiresAt.isAfter(now)) {
            throw VaultException.invalidField("expires_at", "must be in the future");
        }
        if (expiresAt.isAfter(now.plusSeconds(100L * 365 * 24 * 3600))) {
            throw VaultException.invalidField("expires_at", "must be at most 100 years away");
        }
        return expiresAt.truncatedTo(ChronoUnit.MICROS);
    }

    private static boolean isPrintable(String text, boolean linesAllowed) {
        return text.codePoints().allMatch(c -> isPrintable(c) || (linesAllowed && (c == '\n' || c == '\t')));
    }

    /** Neither control characters nor those that change how others are shown, nor halves of a character. */
    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> codePoint == ' ';
            default -> true;
        };
    }
}
