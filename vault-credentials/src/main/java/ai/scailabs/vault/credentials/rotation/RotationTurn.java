package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.access.revocation.RevocationList;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.due.Backoff;
import ai.scailabs.vault.secrets.secret.SecretRenewal;
import ai.scailabs.vault.secrets.secret.SecretSpace;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does whatever is due of one secret that was taken. Every step is durable before the next, and whoever goes on sees what was done: a version is made on the one that was seen, so that no two are made where one is due. Thread-safe.
 */
final class RotationTurn {
    private static final Logger LOG = LoggerFactory.getLogger(RotationTurn.class);
    /** All that can be due at once, twice over. */
    private static final int MOST_STEPS = 12;

    private final AssignmentRepository assignments;
    private final RotationJournal journal;
    private final RotationEntries entries;
    private final Renewals renewals;
    private final TargetRotation targets;
    private final SecretRenewal secrets;
    private final AccessControl access;
    private final RevocationList revocations;
    private final Backoff backoff;
    private final RotationListener listener;

    RotationTurn(
            AssignmentRepository assignments,
            RotationJournal journal,
            RotationEntries entries,
            Renewals renewals,
            TargetRotation targets,
            SecretRenewal secrets,
            AccessControl access,
            RevocationList revocations,
            Backoff backoff,
            RotationListener listener) {
        this.assignments = assignments;
        this.journal = journal;
        this.entries = entries;
        this.renewals = renewals;
        this.targets = targets;
        this.secrets = secrets;
        this.access = access;
        this.revocations = revocations;
        this.backoff = backoff;
        this.listener = listener;
    }

    /** @param holder who took it */
    void work(Assignment taken, UUID holder) {
        TenantId tenant = taken.policy().tenant();
        Assignment seen = taken;
        for (int steps = 0; steps < MOST_STEPS; steps++) {
            Step step = seen.step();
            if (step == null) {
                break;
            }
            if (!done(step, seen, holder)) {
                return;
            }
            Assignment next = assignments.held(tenant, seen.id(), holder).orElse(null);
            if (next == null) {
                LOG.debug("{} is another's, or is under its policy no more", seen);
                return;
            }
            seen = next;
        }
        assignments.giveBack(tenant, seen.id(), holder, seen.next());
    }

    /** False when it was given back. */
    private boolean done(Step step, Assignment seen, UUID holder) {
        switch (step) {
            case TELL -> journal.completed(seen, holder);
            case RETIRE -> {
                return retire(seen, holder);
            }
            case SAY_DUE -> {
                journal.due(seen, holder);
                listener.rotated(Trigger.SCHEDULE, "pending");
            }
            case SAY_OVERDUE -> journal.overdue(seen, holder);
            case WARN -> journal.warn(seen, holder, Objects.requireNonNull(seen.warning()));
            case ROTATE, PREPARE, SETTLE -> {
                return rotate(step, seen, holder);
            }
        }
        return true;
    }

    private boolean retire(Assignment seen, UUID holder) {
        TenantId tenant = seen.policy().tenant();
        List<Integer> versions = assignments.retired(tenant, seen.path());
        if (seen.connector() != null && seen.connector().leavesReplaced()) {
            try {
                targets.retire(seen, permit(seen), space(seen), holder, versions);
            } catch (VaultException refused) {
                // It is no longer read, and may still be let in there.
                fail(seen, holder, refused.code(), String.valueOf(refused.getMessage()), null);
                return false;
            }
        }
        for (int version : versions) {
            secrets.retire(
                    tenant, seen.path(), version, entries.succeeded(seen, AuditAction.ROTATION_RETIRE, Map.of()));
        }
        return true;
    }

    private boolean rotate(Step step, Assignment due, UUID holder) {
        try {
            Permit permit = permit(due);
            switch (step) {
                case PREPARE -> {
                    return targets.prepare(due, permit, space(due), holder);
                }
                case SETTLE -> targets.settle(due, permit, space(due), holder, Trigger.SCHEDULE, entry(due));
                default ->
                    renewals.renew(
                            permit, space(due), due.path(), due.recipe(), due.version(), Trigger.SCHEDULE, entry(due));
            }
            listener.rotated(Trigger.SCHEDULE, "success");
            return true;
        } catch (VaultException refused) {
            if (refused.code() == ErrorCode.VERSION_CONFLICT) {
                // Somebody was faster, which is seen next.
                return true;
            }
            fail(due, holder, refused.code(), String.valueOf(refused.getMessage()), null);
        } catch (RuntimeException failure) {
            fail(
                    due,
                    holder,
                    ErrorCode.INTERNAL_ERROR,
                    "The rotation failed; the log of the service says why",
                    failure);
        }
        return false;
    }

    private Permit permit(Assignment due) {
        revocations.require(due.right().asToken());
        return access.require(due.right(), Permission.ROTATE, due.path());
    }

    private static SecretSpace space(Assignment due) {
        return SecretSpace.ofTenant(due.policy().tenant(), due.right().partner());
    }

    private AuditEntry entry(Assignment due) {
        return entries.succeeded(due, AuditAction.ROTATE, Map.of("trigger", Trigger.SCHEDULE.wireName()));
    }

    private void fail(Assignment due, UUID holder, ErrorCode code, String message, @Nullable RuntimeException cause) {
        if (cause == null) {
            LOG.info("{} is not renewed now: {}", due, code.code());
        } else {
            LOG.warn("{} is not renewed now", due, cause);
        }
        Duration pause = Duration.between(due.readAt(), backoff.again(due.attempts(), false, null, due.readAt()));
        journal.failed(due, holder, Trigger.SCHEDULE, code, message, pause);
        listener.rotated(Trigger.SCHEDULE, code.code());
    }
}
