package ai.scailabs.vault.credentials.login;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.access.decision.StandingRight;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditTrail;
import ai.scailabs.vault.credentials.connector.Login;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.secrets.secret.RevealedSecret;
import ai.scailabs.vault.secrets.secret.SecretService;
import ai.scailabs.vault.secrets.secret.SecretSpace;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The secret with the login that changes accounts, read in the right of whoever named it, as that is now, and recorded as any other reading before anything is done with it. Thread-safe. */
public final class TargetLogins {
    private final AccessControl access;
    private final SecretService secrets;
    private final AuditTrail trail;
    private final AuditEntries entries;
    private final Ids ids;

    /** @param secrets that knows of no mounts: what changes an account here does not lie elsewhere */
    public TargetLogins(AccessControl access, SecretService secrets, AuditTrail trail, AuditEntries entries, Ids ids) {
        this.access = access;
        this.secrets = secrets;
        this.trail = trail;
        this.entries = entries;
        this.ids = ids;
    }

    /** As the other, of the members {@code username} and {@code password}. */
    public Login read(StandingRight right, IdentityId by, SecretPath path, String field) {
        return read(right, by, path, field, "username", "password");
    }

    /**
     * To be closed by the caller.
     *
     * @param by what reads it, for the audit log
     * @param field that named it, for the refusal
     * @param userMember of the secret, with a text
     * @param passwordMember of the secret, with a text
     * @throws VaultException {@code access_denied}, {@code secret_not_found}; {@code invalid_config} when it holds no login
     */
    public Login read(
            StandingRight right,
            IdentityId by,
            SecretPath path,
            String field,
            String userMember,
            String passwordMember) {
        return read(
                right,
                by,
                path,
                field,
                "texts " + userMember + " and " + passwordMember,
                value -> AccountMembers.login(value, userMember, passwordMember));
    }

    /**
     * To be closed by the caller.
     *
     * @param by what reads it, for the audit log
     * @param field that named it, for the refusal
     * @param member of the secret, with a text
     * @throws VaultException {@code access_denied}, {@code secret_not_found}; {@code invalid_config} when it holds no such text
     */
    public SensitiveBytes readText(StandingRight right, IdentityId by, SecretPath path, String field, String member) {
        return read(right, by, path, field, "a text " + member, value -> AccountMembers.text(value, member));
    }

    /**
     * To be closed by the caller.
     *
     * @param by what reads it, for the audit log
     * @param field that named it, for the refusal
     * @param members of the secret, each with a text
     * @throws VaultException {@code access_denied}, {@code secret_not_found}; {@code invalid_config} when it does not hold them all
     */
    public SecretTexts readTexts(
            StandingRight right, IdentityId by, SecretPath path, String field, List<String> members) {
        return read(
                right, by, path, field, "texts " + String.join(", ", members), value -> SecretTexts.of(value, members));
    }

    private <T> T read(
            StandingRight right,
            IdentityId by,
            SecretPath path,
            String field,
            String wanted,
            Function<SensitiveBytes, Optional<T>> members) {
        Attempt attempt = new Attempt(
                right.tenant(),
                AuditAction.READ,
                by,
                null,
                path.value(),
                null,
                null,
                ids.next("req_"),
                System.nanoTime());
        Map<String, Object> facts = new LinkedHashMap<>();
        if (!by.equals(right.identity())) {
            facts.put("on_behalf_of", right.identity().value());
        }
        SecretSpace space = SecretSpace.ofTenant(right.tenant(), right.partner());
        try {
            Permit permit = access.require(right, Permission.READ, path);
            try (RevealedSecret secret = secrets.read(permit, space, path, null)) {
                trail.append(entries.succeeded(attempt).withExtra(facts)).await();
                return members.apply(secret.data())
                        .orElseThrow(() -> new VaultException(
                                ErrorCode.INVALID_CONFIG,
                                field + " names a secret without " + wanted,
                                Map.of("field", field)));
            }
        } catch (VaultException refused) {
            if (refused.code() != ErrorCode.INVALID_CONFIG) {
                facts.putAll(refused.evidence());
                trail.append(entries.failed(attempt, refused.code()).withExtra(facts));
            }
            throw refused;
        }
    }
}
