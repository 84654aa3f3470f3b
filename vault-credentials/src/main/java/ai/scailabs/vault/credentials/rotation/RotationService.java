package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.decision.PathFilter;
import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.secrets.secret.SecretSpace;
import ai.scailabs.vault.secrets.secret.WriteResult;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Secrets that are rotated because somebody asks, and what is due or was done. Whoever asks must be allowed to rotate the secret. Thread-safe. */
public final class RotationService {
    /** Of one request. */
    public static final int MAX_PATHS = 100;

    private static final int LOOKED_AT = 500;
    private static final int MOST_LOOKS = 20;
    private static final long LOOK_AGAIN_NANOS = 50_000_000;
    private static final UUID AFTER_ALL = new UUID(-1, -1);

    private final RotationPolicyRepository policies;
    private final AttachmentRepository attachments;
    private final AssignmentRepository assignments;
    private final RotationSteps steps;
    private final AccessControl access;
    private final Clock clock;
    private final Ids ids;

    public RotationService(
            TenantTransactions transactions, RotationSteps steps, AccessControl access, Clock clock, Ids ids) {
        this.policies = new RotationPolicyRepository(transactions);
        this.attachments = new AttachmentRepository(transactions);
        this.assignments = steps.assignments();
        this.steps = steps;
        this.access = access;
        this.clock = clock;
        this.ids = ids;
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
            AttachmentRepository.Unassigned alone =
                    attachments.unassigned(space.owner(), path).orElseThrow(() -> RotationRefusals.notFound(path));
            if (!alone.assigned()) {
                return rotateAlone(permit, space, path, alone, entry);
            }
            if (looks == MOST_LOOKS) {
                throw RotationRefusals.taken();
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
                throw RotationRefusals.notFound(path);
            }
            return seen.policy().autoGenerate()
                    ? made(permit, space, seen, holder, entry)
                    : steps.journal()
                            .askedFor(seen, holder, RotationEntries.about(entry, path, seen.policy()))
                            .orElseThrow(RotationRefusals::taken);
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
            return settled(permit, space, seen, holder, RotationEntries.with(entry, facts));
        }
        WriteResult written = steps.renewals()
                .renew(
                        permit,
                        space,
                        seen.path(),
                        seen.recipe(),
                        seen.version(),
                        Trigger.REQUEST,
                        RotationEntries.with(entry, facts));
        steps.listener().rotated(Trigger.REQUEST, "success");
        return assignments
                .held(space.owner(), seen.id(), holder)
                .flatMap(done -> steps.journal().completed(done, holder))
                .orElseGet(() -> success(seen.policy().id(), seen.path(), seen.version(), written));
    }

    /** There first, and then here. What fails half-way the worker goes on with. */
    private HistoryItem settled(Permit permit, SecretSpace space, Assignment seen, UUID holder, AuditEntry entry) {
        if (seen.pendingOn() == null && !steps.targets().prepare(seen, permit, space, holder)) {
            throw RotationRefusals.taken();
        }
        Assignment prepared = assignments.held(space.owner(), seen.id(), holder).orElseThrow(RotationRefusals::taken);
        steps.targets().settle(prepared, permit, space, holder, Trigger.REQUEST, entry);
        Assignment done = assignments.held(space.owner(), seen.id(), holder).orElseThrow(RotationRefusals::taken);
        if (done.version() == done.toldVersion()) {
            throw new VaultException(
                    ErrorCode.VERSION_CONFLICT, "Somebody wrote what the account has: there is nothing to publish");
        }
        steps.listener().rotated(Trigger.REQUEST, "success");
        return steps.journal().completed(done, holder).orElseThrow(RotationRefusals::taken);
    }

    private HistoryItem rotateAlone(
            Permit permit,
            SecretSpace space,
            SecretPath path,
            AttachmentRepository.Unassigned alone,
            AuditEntry entry) {
        WriteResult written = steps.renewals()
                .renew(
                        permit,
                        space,
                        path,
                        alone.recipe(),
                        alone.version(),
                        Trigger.REQUEST,
                        RotationEntries.with(entry, Map.of("trigger", Trigger.REQUEST.wireName())));
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
        List<SecretPath> all = wanted == null ? attachments.paths(tenant, policyId, MAX_PATHS + 1) : wanted;
        if (all.size() > MAX_PATHS) {
            throw VaultException.invalidField("secret_paths", "must name the secrets, at most " + MAX_PATHS);
        }
        Map<SecretPath, Permit> permits = new LinkedHashMap<>();
        for (SecretPath path : all) {
            permits.put(path, access.require(caller, Permission.ROTATE, path));
        }
        if (wanted != null) {
            List<String> strangers = attachments.strangers(tenant, policyId, List.copyOf(permits.keySet()));
            if (!strangers.isEmpty()) {
                throw RotationRefusals.notFound(new SecretPath(strangers.getFirst()));
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
                    attachments.due(tenant, within, overdue, policy, position.dueAt(), position.path(), LOOKED_AT);
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

    /** Some of those that are due, and whether there are more. */
    public record DuePage(List<DueSecret> secrets, boolean hasMore) {}
}
