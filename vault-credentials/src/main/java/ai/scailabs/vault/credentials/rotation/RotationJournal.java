package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.time.DurationText;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes down what became of secrets under policies, each time together with what the tenant's audit log is told of it, so that each is told once. Thread-safe. */
final class RotationJournal {
    /** Before what began it, as the client of versions that are made here. */
    static final String CLIENT = "rotation/";

    private final AssignmentRepository assignments;
    private final HistoryRepository history;
    private final RotationEntries entries;
    private final Ids ids;

    RotationJournal(AssignmentRepository assignments, HistoryRepository history, RotationEntries entries, Ids ids) {
        this.assignments = assignments;
        this.history = history;
        this.entries = entries;
        this.ids = ids;
    }

    /** There is another version, whoever wrote it. Empty when another has told it. */
    Optional<HistoryItem> completed(Assignment done, UUID holder) {
        return assignments.transactions().inTransaction(done.policy().tenant(), tx -> {
            if (!assignments.noteTold(tx, done, holder)) {
                return Optional.empty();
            }
            String client = assignments.client(tx, done.path(), done.version()).orElse("");
            Trigger trigger = client.startsWith(CLIENT) ? Trigger.of(client.substring(CLIENT.length())) : Trigger.WRITE;
            HistoryItem item = new HistoryItem(
                    ids.nextUuid(),
                    done.policy().id(),
                    done.path(),
                    RotationStatus.SUCCESS,
                    trigger,
                    done.toldVersion(),
                    done.version(),
                    done.attempts() + 1,
                    null,
                    null,
                    done.rotatedAt());
            history.insert(tx, item);
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("old_version", done.toldVersion());
            facts.put("new_version", done.version());
            facts.put(
                    "grace_period_ends",
                    done.rotatedAt().plus(done.policy().terms().grace()).toString());
            facts.put("auto_generated", trigger != Trigger.WRITE);
            facts.put("trigger", trigger.wireName());
            assignments.record(tx, entries.succeeded(done, AuditAction.SECRET_ROTATED, facts));
            assignments.record(tx, entries.succeeded(done, AuditAction.ROTATION_COMPLETED, facts));
            return Optional.of(item);
        });
    }

    /** It will be due. */
    void warn(Assignment soon, UUID holder, Duration before) {
        assignments.transactions().inTransaction(soon.policy().tenant(), tx -> {
            if (assignments.noteWarned(tx, soon, holder, before)) {
                tellDue(tx, soon, false, Map.of("threshold", DurationText.format(before)));
            }
            return before;
        });
    }

    /** It is due, and somebody is to write the value. */
    void due(Assignment due, UUID holder) {
        due(due, holder, Trigger.SCHEDULE, null);
    }

    /** Somebody asked for it, before its time perhaps. Empty when another has it. @param request theirs, kept with it */
    Optional<HistoryItem> askedFor(Assignment asked, UUID holder, AuditEntry request) {
        return due(asked, holder, Trigger.REQUEST, request);
    }

    private Optional<HistoryItem> due(Assignment due, UUID holder, Trigger trigger, @Nullable AuditEntry request) {
        return assignments.transactions().inTransaction(due.policy().tenant(), tx -> {
            if (!assignments.noteDue(tx, due, holder, trigger == Trigger.REQUEST)) {
                return Optional.empty();
            }
            HistoryItem item = new HistoryItem(
                    ids.nextUuid(),
                    due.policy().id(),
                    due.path(),
                    RotationStatus.PENDING,
                    trigger,
                    due.version(),
                    null,
                    1,
                    null,
                    null,
                    due.readAt().truncatedTo(ChronoUnit.MICROS));
            history.insert(tx, item);
            if (request != null) {
                assignments.record(tx, request);
            }
            tellDue(tx, due, true, Map.of());
            return Optional.of(item);
        });
    }

    private void tellDue(TenantTransaction tx, Assignment due, boolean now, Map<String, Object> more) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("version", due.version());
        facts.put("due_at", (now && !due.isDue() ? due.readAt() : due.dueAt()).toString());
        facts.put("due_now", now);
        facts.putAll(more);
        assignments.record(tx, entries.succeeded(due, AuditAction.ROTATION_DUE, facts));
    }

    /** It was due a while ago, and nobody wrote the value. */
    void overdue(Assignment late, UUID holder) {
        assignments.transactions().inTransaction(late.policy().tenant(), tx -> {
            if (assignments.noteOverdue(tx, late, holder)) {
                assignments.record(
                        tx,
                        entries.succeeded(
                                late,
                                AuditAction.ROTATION_OVERDUE,
                                Map.of(
                                        "version",
                                        late.version(),
                                        "due_at",
                                        late.dueAt().toString())));
            }
            return late;
        });
    }

    /** It could not be renewed; it is given back, and tried again after the pause. Empty when another has it. */
    Optional<HistoryItem> failed(
            Assignment failed, UUID holder, Trigger trigger, ErrorCode code, String message, Duration pause) {
        return assignments.transactions().inTransaction(failed.policy().tenant(), tx -> {
            if (!assignments.noteFailed(tx, failed, holder, code.code(), message, pause)) {
                return Optional.empty();
            }
            HistoryItem item = new HistoryItem(
                    ids.nextUuid(),
                    failed.policy().id(),
                    failed.path(),
                    RotationStatus.FAILED,
                    trigger,
                    failed.version(),
                    null,
                    failed.attempts() + 1,
                    code.code(),
                    message,
                    failed.readAt().truncatedTo(ChronoUnit.MICROS));
            history.insert(tx, item);
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("version", failed.version());
            facts.put("problem", Map.of("code", code.code(), "message", message));
            facts.put("attempts", failed.attempts() + 1);
            facts.put("next_attempt_at", failed.readAt().plus(pause).toString());
            assignments.record(tx, entries.failed(failed, code, facts));
            return Optional.of(item);
        });
    }
}
