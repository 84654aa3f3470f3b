package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.access.decision.StandingRight;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.secrets.mount.MountSource;
import ai.scailabs.vault.secrets.mount.Mounts;
import ai.scailabs.vault.secrets.secret.SecretSpace;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import tools.jackson.databind.JsonNode;

/** Puts secrets under rotation policies, and takes them away. Whoever does it must be allowed to rotate the secret, and it is renewed in their right from then on. Thread-safe. */
public final class AttachmentService {
    private final RotationPolicyRepository policies;
    private final AttachmentRepository attachments;
    private final TargetRotation targets;
    private final AccessControl access;
    private final Mounts mounts;
    private final boolean development;
    private final Clock clock;
    private final Ids ids;

    /** @param development whether targets on this machine may be plain text without saying so */
    public AttachmentService(
            TenantTransactions transactions,
            RotationSteps steps,
            AccessControl access,
            Mounts mounts,
            boolean development,
            Clock clock,
            Ids ids) {
        this.policies = new RotationPolicyRepository(transactions);
        this.attachments = new AttachmentRepository(transactions);
        this.targets = steps.targets();
        this.access = access;
        this.mounts = mounts;
        this.development = development;
        this.clock = clock;
        this.ids = ids;
    }

    /**
     * Its clock begins now.
     *
     * @param home the tenant of the caller's token
     * @param given where the secret is the login of an account; absent where it is not
     * @throws VaultException {@code invalid_config}; {@code access_denied}; {@code rotation_policy_not_found}, {@code secret_not_found}; {@code conflict} with {@code state: attached} when it is under a policy already; {@code backend_read_only}
     */
    public Attachment attach(
            Caller caller, TenantId home, UUID policyId, SecretPath path, @Nullable JsonNode given, AuditEntry entry) {
        TenantId tenant = entry.tenant();
        RotationPolicy policy = policy(tenant, policyId);
        Permit permit = access.require(caller, Permission.ROTATE, path);
        requireOurs(permit, tenant, path);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        StandingRight right = StandingRight.of(caller, home, now);
        String by = caller.actor().identity().value();
        Connector connector = given == null || given.isNull()
                ? null
                : connected(Connector.parse(given, development), policy, right, permit, path);
        try {
            return attachments.transactions().inTransaction(tenant, tx -> {
                UUID before = attachments.policyOf(tx, path).orElse(null);
                if (before != null) {
                    throw new VaultException(
                            ErrorCode.CONFLICT,
                            "The secret is under a rotation policy already",
                            Map.of("state", "attached", "rotation_policy_id", RotationPolicy.text(before)));
                }
                if (!attachments.attach(tx, ids.nextUuid(), path, policy, right, connector, by)) {
                    throw RotationRefusals.notFound(path);
                }
                attachments.record(tx, RotationEntries.about(entry, path, policy));
                return attachments.attachment(tx, path).orElseThrow(() -> RotationRefusals.notFound(path));
            });
        } catch (DataIntegrityViolationException policyGone) {
            throw RotationPolicyService.notFound();
        }
    }

    /**
     * What {@link #place} refuses, before there is anything to place.
     *
     * @param policyId absent for none
     */
    public void requireMayPlace(Caller caller, TenantId tenant, @Nullable UUID policyId, SecretPath path) {
        if (policyId != null) {
            policy(tenant, policyId);
        }
        access.require(caller, Permission.ROTATE, path);
        attachments.transactions().inTransaction(tenant, tx -> {
            if (!Objects.equals(policyId, attachments.policyOf(tx, path).orElse(null))) {
                requireUnconnected(tx, path);
            }
            return path;
        });
    }

    /** The target would be forgotten, and what the write replaces be let in there for good. */
    private void requireUnconnected(TenantTransaction tx, SecretPath path) {
        if (attachments.isConnected(tx, path)) {
            throw RotationRefusals.connected();
        }
    }

    /**
     * Puts a secret that is there under the policy, whichever it was under before; nothing is done, and nothing recorded, when it is under that one already.
     *
     * @param home the tenant of the caller's token
     * @param policyId absent for none
     * @param entries of what is done
     * @throws VaultException {@code access_denied}; {@code rotation_policy_not_found}, {@code secret_not_found}; {@code conflict} with {@code state: connected} when it is changed at a target
     */
    public void place(
            Caller caller,
            TenantId home,
            TenantId tenant,
            @Nullable UUID policyId,
            SecretPath path,
            Function<AuditAction, AuditEntry> entries) {
        access.require(caller, Permission.ROTATE, path);
        RotationPolicy policy = policyId == null ? null : policy(tenant, policyId);
        StandingRight right = StandingRight.of(caller, home, clock.instant().truncatedTo(ChronoUnit.MICROS));
        try {
            attachments.transactions().inTransaction(tenant, tx -> {
                UUID before = attachments.policyOf(tx, path).orElse(null);
                if (Objects.equals(before, policyId)) {
                    return false;
                }
                if (before != null) {
                    requireUnconnected(tx, path);
                    attachments.detach(tx, path, before);
                    attachments.record(
                            tx,
                            RotationEntries.with(
                                    entries.apply(AuditAction.ROTATION_DETACH),
                                    Map.of("rotation_policy_id", RotationPolicy.text(before))));
                }
                if (policy != null) {
                    if (!attachments.attach(
                            tx,
                            ids.nextUuid(),
                            path,
                            policy,
                            right,
                            null,
                            caller.actor().identity().value())) {
                        throw RotationRefusals.notFound(path);
                    }
                    attachments.record(
                            tx, RotationEntries.about(entries.apply(AuditAction.ROTATION_ATTACH), path, policy));
                }
                return true;
            });
        } catch (DataIntegrityViolationException policyGone) {
            throw RotationPolicyService.notFound();
        }
    }

    private Connector connected(
            Connector connector, RotationPolicy policy, StandingRight right, Permit permit, SecretPath path) {
        if (!policy.autoGenerate()) {
            throw VaultException.invalidField("connector", "is for policies with auto_generate");
        }
        SecretSpace space = SecretSpace.ofTenant(right.tenant(), right.partner());
        int version = attachments
                .unassigned(right.tenant(), path)
                .orElseThrow(() -> RotationRefusals.notFound(path))
                .version();
        return targets.require(connector, right, permit, space, path, version);
    }

    /** Between an account and the secret nothing is left on its way, nor at the account what nobody would take away any more. */
    private void requireAtRest(TenantTransaction tx, UUID policy, SecretPath path) {
        attachments.stopWrites(tx, path);
        if (attachments.isOnItsWay(tx, policy, path)) {
            throw RotationRefusals.taken();
        }
        attachments.inGraceUntil(tx, policy, path).ifPresent(until -> {
            throw RotationRefusals.inGrace(until);
        });
    }

    private void requireOurs(Permit permit, TenantId tenant, SecretPath path) {
        MountSource source = mounts.at(tenant, permit.policyEpoch()).sourceOf(path);
        if (source != null) {
            throw new VaultException(
                    ErrorCode.BACKEND_READ_ONLY,
                    "The path is another vault's, and is changed there",
                    Map.of("path", path.value(), "backend", source.name()));
        }
    }

    /** What its versions were given of grace stays. @throws VaultException {@code access_denied}; {@code rotation_policy_not_found}; {@code secret_not_found} when it is not under this policy; {@code conflict} with {@code state: rotating} while it is being changed at its target, {@code in_grace} until what was replaced is taken away there */
    public void detach(Caller caller, UUID policyId, SecretPath path, AuditEntry entry) {
        RotationPolicy policy = policy(entry.tenant(), policyId);
        access.require(caller, Permission.ROTATE, path);
        attachments.transactions().inTransaction(entry.tenant(), tx -> {
            requireAtRest(tx, policyId, path);
            if (!attachments.detach(tx, path, policyId)) {
                throw RotationRefusals.notFound(path);
            }
            attachments.record(tx, RotationEntries.about(entry, path, policy));
            return path;
        });
    }

    private RotationPolicy policy(TenantId tenant, UUID id) {
        return policies.find(tenant, id).orElseThrow(RotationPolicyService::notFound);
    }
}
