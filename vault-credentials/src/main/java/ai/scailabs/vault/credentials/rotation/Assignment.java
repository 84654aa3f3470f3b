package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.access.decision.StandingRight;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A secret under a policy, with its own clock.
 *
 * @param recipe the policy's, else the one by which the secret was made last; absent for none
 * @param right in which it is renewed
 * @param connector absent where it is changed nowhere else
 * @param pendingOn the version that a value on its way is to replace; absent when none is
 * @param rotatedAt when its current version came, or it under the policy if that was later
 * @param toldVersion up to which is told what became of its versions
 * @param warned the shortest time before it is due that was told or has passed untold; absent for none
 * @param attempts that failed one after the other
 * @param live whether it is not soft-deleted
 * @param retireAt when the first of the versions that were replaced is no longer read; absent for none
 * @param readAt the database's time when all this was so
 */
record Assignment(
        UUID id,
        SecretPath path,
        RotationPolicy policy,
        @Nullable UUID recipe,
        StandingRight right,
        @Nullable Connector connector,
        @Nullable Integer pendingOn,
        Instant attachedAt,
        String attachedBy,
        Instant rotatedAt,
        Instant dueAt,
        int version,
        int toldVersion,
        @Nullable Duration warned,
        boolean dueTold,
        boolean overdueTold,
        int attempts,
        boolean live,
        String secretType,
        List<String> tags,
        @Nullable Instant retireAt,
        Instant readAt) {
    /** What is on its way is not left there. */
    private static final Duration SOON = Duration.ofSeconds(5);

    Assignment {
        tags = List.copyOf(tags);
    }

    /** What is to be done now; null when there is nothing. */
    @Nullable
    Step step() {
        if (version > toldVersion) {
            return Step.TELL;
        }
        if (pendingOn != null && live) {
            return Step.SETTLE;
        }
        if (retireAt != null && retires() && !retireAt.isAfter(readAt)) {
            return Step.RETIRE;
        }
        if (!policy.active() || !live) {
            return null;
        }
        if (!isDue()) {
            return warning() == null ? null : Step.WARN;
        }
        if (policy.autoGenerate()) {
            return connector == null ? Step.ROTATE : Step.PREPARE;
        }
        if (!dueTold) {
            return Step.SAY_DUE;
        }
        return overdueTold || !isOverdue() ? null : Step.SAY_OVERDUE;
    }

    boolean isDue() {
        return !dueAt.isAfter(readAt);
    }

    /** Whether somebody should have written the value that is due, and has had time to. */
    boolean isOverdue() {
        return !dueAt.plus(policy.terms().grace()).isAfter(readAt);
    }

    /** The shortest of the policy's that has come, if it is news; null when there is nothing to tell. */
    @Nullable
    Duration warning() {
        Duration come = null;
        for (Duration each : policy.terms().warnings()) {
            if (!dueAt.minus(each).isAfter(readAt)) {
                come = each;
            }
        }
        return come != null && (warned == null || come.compareTo(warned) < 0) ? come : null;
    }

    /** When there is something to do, once all that is due now is done; null when there is nothing. */
    @Nullable
    Instant next() {
        if (pendingOn != null && live) {
            return readAt.plus(SOON);
        }
        Instant next = policy.active() && live ? nextOfTheClock() : null;
        return retireAt == null || !retires() || next != null && next.isBefore(retireAt) ? next : retireAt;
    }

    /** What a deleted secret has at a target waits there until the secret is restored: its values are needed to take it away. */
    private boolean retires() {
        return live || connector == null || !connector.leavesReplaced();
    }

    private @Nullable Instant nextOfTheClock() {
        if (!isDue()) {
            return policy.terms().warnings().stream()
                    .map(dueAt::minus)
                    .filter(at -> at.isAfter(readAt))
                    .findFirst()
                    .orElse(dueAt);
        }
        if (policy.autoGenerate() || overdueTold) {
            return policy.autoGenerate() ? readAt : null;
        }
        return dueAt.plus(policy.terms().grace());
    }

    @Override
    public String toString() {
        return "Assignment[" + path + " of " + policy.tenant() + " under " + policy.text() + "]";
    }
}
