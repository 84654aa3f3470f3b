package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.decision.PathFilter;
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
import ai.scailabs.vault.secrets.secret.WriteResult;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import tools.jackson.databind.JsonNode;

/** Secrets under rotation policies: put there, taken away, rotated by request, looked at. Whoever does it must be allowed to rotate the secret, and it is renewed in their right from then on. Thread-safe. */
public final class RotationService {
    /** Of one request. */
    public static final int MAX_PATHS = 100;

    private static final int LOOKED_AT = 500;
    private static final int MOST_LOOKS = 20;
    private static final long LOOK_AGAIN_NANOS = 50_000_000;
    private static final UUID AFTER_ALL = new UUID(-1, -1);

    private final RotationPolicyRepository policies;
    private final AssignmentRepository assignments;
    private final RotationSteps steps;
    private final AccessControl access;
    private final Mounts mounts;
    private final boolean development;
    private final Clock clock;
    private final Ids ids;

    /** @param development whether targets on this machine may be plain text without saying so */
    public RotationService(
            TenantTransactions transactions,
            RotationSteps steps,
            AccessControl access,
            Mounts mounts,
            boolean development,
            Clock clock,
            Ids ids) {
        this.policies = new RotationPolicyRepository(transactions);
        this.assignments = steps.assignments();
        this.steps = steps;
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
        Connector connector = given == null || given.isNull() ? null : Connector.parse(given, development);
        if (connector != null) {
            requireConnected(connector, policy, right, permit, path);
        }
        try {
            return assignments.transactions().inTransaction(tenant, tx -> {
                UUID before = assignments.policyOf(tx, path).orElse(null);
                if (before != null) {
                    throw new VaultException(
                            ErrorCode.CONFLICT,
                            "The secret is under a rotation policy already",
                            Map.of("state", "attached", "rotation_policy_id", RotationPolicy.text(before)));
                }
                if (!assignments.attach(tx, ids.nextUuid(), path, policy, right, connector, by)) {
                    throw notFound(path);
                }
                assignments.record(tx, about(entry, path, policy));
                return assignments.attachment(tx, path).orElseThrow(() -> notFound(path));
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
    }

    /**
     * Puts a secret that is there under the policy, whichever it was under before; nothing is done, and nothing recorded, when it is under that one already.
     *
     * @param home the tenant of the caller's token
     * @param policyId absent for none
     * @param entries of what is done
     * @throws VaultException {@code access_denied}; {@code rotation_policy_not_found}, {@code secret_not_found}
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
            assignments.transactions().inTransaction(tenant, tx -> {
                UUID before = assignments.policyOf(tx, path).orElse(null);
                if (Objects.equals(before, policyId)) {
                    return false;
                }
                if (before != null) {
                    requireAtRest(tx, before, path);
                    assignments.detach(tx, path, before);
                    assignments.record(
                            tx,
                            with(
                                    entries.apply(AuditAction.ROTATION_DETACH),
                                    Map.of("rotation_policy_id", RotationPolicy.text(before))));
                }
                if (policy != null) {
                    if (!assignments.attach(
                            tx,
                            ids.nextUuid(),
                            path,
                            policy,
                            right,
                            null,
                            caller.actor().identity().value())) {
                        throw notFound(path);
                    }
                    assignments.record(tx, about(entries.apply(AuditAction.ROTATION_ATTACH), path, policy));
                }
                return true;
            });
        } catch (DataIntegrityViolationException policyGone) {
            throw RotationPolicyService.notFound();
        }
    }

    private void requireConnected(
            Connector connector, RotationPolicy policy, StandingRight right, Permit permit, SecretPath path) {
        if (!policy.autoGenerate()) {
            throw VaultException.invalidField("connector", "is for policies with auto_generate");
        }
        SecretSpace space = SecretSpace.ofTenant(right.tenant(), right.partner());
        int version = assignments
                .unassigned(right.tenant(), path)
                .orElseThrow(() -> notFound(path))
                .version();
        steps.targets().require(connector, right, permit, space, path, version);
    }

    /** Between an account and the secret nothing is left on its way. */
    private void requireAtRest(TenantTransaction tx, UUID policy, SecretPath path) {
        if (assignments.isOnItsWay(tx, policy, path)) {
            throw taken();
        }
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

    /** What its versions were given of grace stays. @throws VaultException {@code access_denied}; {@code rotation_policy_not_found}; {@code secret_not_found} when it is not under this policy */
    public void detach(Caller caller, UUID policyId, SecretPath path, AuditEntry entry) {
        RotationPolicy policy = policy(entry.tenant(), policyId);
        access.require(caller, Permission.ROTATE, path);
        assignments.transactions().inTransaction(entry.tenant(), tx -> {
            requireAtRest(tx, policyId, path);
            if (!assignments.detach(tx, path, policyId)) {
                throw notFound(path);
            }
            assignments.record(tx, about(entry, path, policy));
            return path;
        });
    }

    /**
     * Now, whatever its clock says. Where somebody is to write the value, it is due from now on, and that is told.
     *
     * @throws VaultException {@code access_denied}; {@code secret_not_found}; {@code conflict} with {@code state: rotating} while that is being done, {@code no_recipe}, {@code inactive}; {@code secret_policy_not_found}; {@code version_conflict}
     */
    public HistoryItem rotate(Caller caller, SecretPath path, AuditEntry entry) {
        Permit permit = access.require(caller, Permission.ROTATE, path);
        return rotate(
                permit, SecretSpace.ofTenant(entry.tenant(), caller.actor().partner()), path, entry);
    }

    private HistoryItem rotate(Permit permit, SecretSpace space, SecretPath path, AuditEntry entry) {
        UUID holder = ids.nextUuid();
        Assignment taken = assignments.takeNow(space.owner(), path, holder).orElse(null);
        for (int looks = 0; taken == null; looks++) {
            AssignmentRepository.Unassigned alone =
                    assignments.unassigned(space.owner(), path).orElseThrow(() -> notFound(path));
            if (!alone.assigned()) {
                return rotateAlone(permit, space, path, alone, entry);
            }
            if (looks == MOST_LOOKS) {
                throw taken();
            }
            // Most of what is done about a secret takes a moment.
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            taken = assignments.takeNow(space.owner(), path, holder).orElse(null);
        }
        Assignment seen = taken;
        try {
            if (seen.version() > seen.toldVersion()) {
                steps.journal().completed(seen, holder);
                seen = assignments.held(space.owner(), seen.id(), holder).orElse(seen);
            }
            if (!seen.live()) {
                throw notFound(path);
            }
            return seen.policy().autoGenerate()
                    ? made(permit, space, seen, holder, entry)
                    : steps.journal()
                            .askedFor(seen, holder, about(entry, path, seen.policy()))
                            .orElseThrow(RotationService::taken);
        } finally {
            Assignment last = assignments.held(space.owner(), seen.id(), holder).orElse(null);
            if (last != null) {
                assignments.giveBack(space.owner(), last.id(), holder, last.next());
            }
        }
    }

    private HistoryItem made(Permit permit, SecretSpace space, Assignment seen, UUID holder, AuditEntry entry) {
        Map<String, Object> facts = RotationEntries.of(seen);
        facts.put("trigger", Trigger.REQUEST.wireName());
        if (seen.connector() != null) {
            return settled(permit, space, seen, holder, with(entry, facts));
        }
        WriteResult written = steps.renewals()
                .renew(permit, space, seen.path(), seen.recipe(), seen.version(), Trigger.REQUEST, with(entry, facts));
        steps.listener().rotated(Trigger.REQUEST, "success");
        return assignments
                .held(space.owner(), seen.id(), holder)
                .flatMap(done -> steps.journal().completed(done, holder))
                .orElseGet(() -> success(seen.policy().id(), seen.path(), seen.version(), written));
    }

    /** There first, and then here. What fails half-way the worker goes on with. */
    private HistoryItem settled(Permit permit, SecretSpace space, Assignment seen, UUID holder, AuditEntry entry) {
        if (seen.pendingOn() == null && !steps.targets().prepare(seen, permit, space, holder)) {
            throw taken();
        }
        Assignment prepared = assignments.held(space.owner(), seen.id(), holder).orElseThrow(RotationService::taken);
        steps.targets().settle(prepared, permit, space, holder, Trigger.REQUEST, entry);
        Assignment done = assignments.held(space.owner(), seen.id(), holder).orElseThrow(RotationService::taken);
        if (done.version() == done.toldVersion()) {
            throw new VaultException(
                    ErrorCode.VERSION_CONFLICT, "Somebody wrote what the account has: there is nothing to publish");
        }
        steps.listener().rotated(Trigger.REQUEST, "success");
        return steps.journal().completed(done, holder).orElseThrow(RotationService::taken);
    }

    private HistoryItem rotateAlone(
            Permit permit,
            SecretSpace space,
            SecretPath path,
            AssignmentRepository.Unassigned alone,
            AuditEntry entry) {
        WriteResult written = steps.renewals()
                .renew(
                        permit,
                        space,
                        path,
                        alone.recipe(),
                        alone.version(),
                        Trigger.REQUEST,
                        with(entry, Map.of("trigger", Trigger.REQUEST.wireName())));
        steps.listener().rotated(Trigger.REQUEST, "success");
        return success(null, path, alone.version(), written);
    }

    private HistoryItem success(@Nullable UUID policy, SecretPath path, int before, WriteResult written) {
        return new HistoryItem(
                ids.nextUuid(),
                policy,
                path,
                RotationStatus.SUCCESS,
                Trigger.REQUEST,
                before,
                written.view().version(),
                1,
                null,
                null,
                written.view().updatedAt());
    }

    /**
     * The same for several secrets of a policy, one after the other. Nothing is done when one of them may not be rotated, or is not under it; what is refused later is told in its place, and the others are rotated.
     *
     * @param wanted null for all, if there are not more than {@link #MAX_PATHS}
     * @param entries of each path
     * @throws VaultException as {@link #rotate}; {@code rotation_policy_not_found}; {@code validation_error}
     */
    public List<HistoryItem> rotate(
            Caller caller,
            TenantId tenant,
            UUID policyId,
            @Nullable List<SecretPath> wanted,
            Function<SecretPath, AuditEntry> entries) {
        policy(tenant, policyId);
        List<SecretPath> all = wanted == null ? assignments.paths(tenant, policyId, MAX_PATHS + 1) : wanted;
        if (all.size() > MAX_PATHS) {
            throw VaultException.invalidField("secret_paths", "must name the secrets, at most " + MAX_PATHS);
        }
        Map<SecretPath, Permit> permits = new LinkedHashMap<>();
        for (SecretPath path : all) {
            permits.put(path, access.require(caller, Permission.ROTATE, path));
        }
        if (wanted != null) {
            List<String> strangers = assignments.strangers(tenant, policyId, List.copyOf(permits.keySet()));
            if (!strangers.isEmpty()) {
                throw notFound(new SecretPath(strangers.getFirst()));
            }
        }
        SecretSpace space = SecretSpace.ofTenant(tenant, caller.actor().partner());
        List<HistoryItem> items = new ArrayList<>();
        permits.forEach((path, permit) -> items.add(attempted(permit, space, path, policyId, entries.apply(path))));
        return items;
    }

    private HistoryItem attempted(Permit permit, SecretSpace space, SecretPath path, UUID policy, AuditEntry entry) {
        try {
            return rotate(permit, space, path, entry);
        } catch (VaultException refused) {
            return new HistoryItem(
                    ids.nextUuid(),
                    policy,
                    path,
                    RotationStatus.FAILED,
                    Trigger.REQUEST,
                    0,
                    null,
                    1,
                    refused.code().code(),
                    String.valueOf(refused.getMessage()),
                    clock.instant().truncatedTo(ChronoUnit.MICROS));
        }
    }

    /**
     * The first that are due within a time, in the order in which they are.
     *
     * @param all false for those that the caller may rotate
     * @param overdue whether those are among them that are due already
     * @param policy null for any
     * @param after the last of the page before; null to begin
     */
    public DuePage due(
            Caller caller,
            TenantId tenant,
            boolean all,
            Duration within,
            boolean overdue,
            @Nullable UUID policy,
            int limit,
            @Nullable DuePosition after) {
        PathFilter rules = all ? null : access.filter(caller, Permission.ROTATE);
        List<DueSecret> shown = new ArrayList<>();
        DuePosition position = after == null ? DuePosition.START : after;
        while (true) {
            List<DueSecret> found =
                    assignments.due(tenant, within, overdue, policy, position.dueAt(), position.path(), LOOKED_AT);
            for (DueSecret each : found) {
                if (rules == null || rules.matches(each.path().value())) {
                    shown.add(each);
                }
                if (shown.size() > limit) {
                    return new DuePage(List.copyOf(shown.subList(0, limit)), true);
                }
            }
            if (found.size() < LOOKED_AT) {
                return new DuePage(List.copyOf(shown), false);
            }
            position = DuePosition.of(found.getLast());
        }
    }

    /** Newest first, one more than is asked for where there are more. @throws VaultException {@code rotation_policy_not_found} */
    public List<HistoryItem> history(
            TenantId tenant, UUID policyId, @Nullable RotationStatus status, int limit, @Nullable UUID before) {
        policy(tenant, policyId);
        return steps.history().page(tenant, policyId, status, before == null ? AFTER_ALL : before, limit + 1);
    }

    private RotationPolicy policy(TenantId tenant, UUID id) {
        return policies.find(tenant, id).orElseThrow(RotationPolicyService::notFound);
    }

    private static AuditEntry about(AuditEntry entry, SecretPath path, RotationPolicy policy) {
        return with(
                entry.withPath(path.value()),
                Map.of("rotation_policy_id", policy.text(), "rotation_policy_name", policy.name()));
    }

    private static AuditEntry with(AuditEntry entry, Map<String, Object> facts) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.putAll(facts);
        return entry.withExtra(extra);
    }

    private static VaultException notFound(SecretPath path) {
        return new VaultException(
                ErrorCode.SECRET_NOT_FOUND, "No such secret is there to be rotated", Map.of("path", path.value()));
    }

    private static VaultException taken() {
        return new VaultException(ErrorCode.CONFLICT, "The secret is being rotated", Map.of("state", "rotating"));
    }

    /** Some of those that are due, and whether there are more. */
    public record DuePage(List<DueSecret> secrets, boolean hasMore) {}
}
