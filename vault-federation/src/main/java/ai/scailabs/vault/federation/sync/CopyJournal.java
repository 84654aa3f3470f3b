package ai.scailabs.vault.federation.sync;

import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.federation.backend.Backend;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Writes down what runs did, each time together with what the tenant's audit log is told of it. Thread-safe. */
final class CopyJournal {
    private final RunRepository runs;
    private final CopyRepository copies;
    private final AuditEntries entries;
    private final Ids ids;

    CopyJournal(RunRepository runs, CopyRepository copies, AuditEntries entries, Ids ids) {
        this.runs = runs;
        this.copies = copies;
        this.entries = entries;
        this.ids = ids;
    }

    /**
     * False when somebody else has the run, or it is over: then nothing is written.
     *
     * @param position up to which all is done; null for as far as it was
     * @param until another may take it
     */
    boolean note(CopyRun run, @Nullable String position, List<PathOutcome> outcomes, Instant until) {
        UUID backend = run.backend().id();
        List<Problem> problems = outcomes.stream()
                .map(PathOutcome::problem)
                .filter(Objects::nonNull)
                .toList();
        return runs.transactions().inTransaction(run.backend().tenant(), tx -> {
            if (!runs.advance(tx, run, position, problems, until)) {
                return false;
            }
            copies.forget(tx, backend, paths(outcomes, PathOutcome::forgotten));
            copies.put(
                    tx,
                    backend,
                    run.id(),
                    outcomes.stream()
                            .map(PathOutcome::copy)
                            .filter(Objects::nonNull)
                            .toList());
            copies.settle(tx, backend, paths(outcomes, PathOutcome::settled));
            for (PathOutcome outcome : outcomes) {
                if (outcome.conflict() != null) {
                    copies.put(tx, backend, run.id(), outcome.conflict());
                    if (outcome.news()) {
                        runs.record(tx, found(run, outcome.conflict()));
                    }
                }
            }
            return true;
        });
    }

    private static List<SecretPath> paths(List<PathOutcome> outcomes, Predicate<PathOutcome> condition) {
        return outcomes.stream().filter(condition).map(PathOutcome::path).toList();
    }

    private AuditEntry found(CopyRun run, Conflict conflict) {
        Map<String, Object> facts = facts(run);
        facts.put("backend_id", run.backend().text());
        facts.put("conflict_id", conflict.text());
        facts.put("remote_version", conflict.remoteVersion());
        facts.put("version", conflict.localVersion());
        return entries.succeeded(attempt(
                        run.backend(),
                        AuditAction.FEDERATION_CONFLICT,
                        conflict.path().value()))
                .withExtra(facts);
    }

    /**
     * It has come to its end. Empty when somebody else has it, or it is not wanted any more.
     *
     * @param interval to the next one
     */
    Optional<Finished> finish(CopyRun run, Instant now, Duration interval) {
        return runs.transactions()
                .inTransaction(
                        run.backend().tenant(),
                        tx -> runs.seen(tx, run).map(seen -> finish(tx, run, seen, now, interval)));
    }

    private Finished finish(
            TenantTransaction tx, CopyRun run, RunRepository.Seen seen, Instant now, Duration interval) {
        UUID backend = run.backend().id();
        copies.settleAllBut(tx, backend, run.id());
        Map<String, Long> outcome = outcome(tx, run, seen);
        long millis = Math.max(0, Duration.between(run.startedAt(), now).toMillis());
        boolean whole = seen.blocking() == 0 && count(outcome, "conflicts") == 0;
        // What was created there meanwhile is read there, and would not be here: so a run that finds nothing new, or a
        // second one, goes before.
        boolean switches = run.plan().readLive() && whole && (count(outcome, "created") == 0 || run.runsBefore() > 0);
        boolean again = run.plan().readLive() && whole && !switches;
        runs.finish(tx, run, outcome, now, millis, again ? now : now.plus(interval));
        if (switches) {
            runs.readCopies(tx, run);
        }
        Map<String, Object> facts = facts(run);
        facts.put("counts", outcome);
        facts.put("duration_ms", millis);
        facts.put("reads", run.plan().readLive() && !switches ? "live" : "copies");
        runs.record(
                tx,
                entries.succeeded(attempt(
                                run.backend(),
                                AuditAction.FEDERATION_SYNC,
                                run.backend().text()))
                        .withExtra(facts));
        return new Finished(outcome, millis);
    }

    private Map<String, Long> outcome(TenantTransaction tx, CopyRun run, RunRepository.Seen seen) {
        UUID backend = run.backend().id();
        Map<Copy.Change, Long> changes = copies.changes(tx, backend, run.id());
        long created = changes.getOrDefault(Copy.Change.CREATED, 0L);
        long updated = changes.getOrDefault(Copy.Change.UPDATED, 0L);
        long adopted = changes.getOrDefault(Copy.Change.ADOPTED, 0L);
        long conflicts = copies.countConflicts(tx, backend);
        Map<String, Long> outcome = new LinkedHashMap<>();
        outcome.put("remote", seen.names());
        outcome.put("created", created);
        outcome.put("updated", updated);
        outcome.put("adopted", adopted);
        outcome.put("deleted", changes.getOrDefault(Copy.Change.DELETED, 0L));
        outcome.put("conflicts", conflicts);
        outcome.put("problems", seen.problems());
        outcome.put("unchanged", Math.max(0, seen.names() - created - updated - adopted - conflicts - seen.problems()));
        return outcome;
    }

    private static long count(Map<String, Long> outcome, String name) {
        return outcome.getOrDefault(name, 0L);
    }

    /** It goes on later. False when somebody else has it, or it is not wanted any more. */
    boolean fail(CopyRun run, Failure failure, Instant now, Instant next) {
        Map<String, Object> facts = facts(run);
        facts.put(
                "problem",
                Map.of("code", failure.code().code(), "reason", failure.reason(), "message", failure.message()));
        facts.put("attempts", run.attempts() + 1);
        facts.put("next_attempt_at", next.toString());
        Attempt attempt = attempt(
                run.backend(), AuditAction.FEDERATION_SYNC, run.backend().text());
        return runs.transactions().inTransaction(run.backend().tenant(), tx -> {
            if (!runs.fail(tx, run, failure.reason(), failure.message(), now, next)) {
                return false;
            }
            runs.record(tx, entries.failed(attempt, failure.code()).withExtra(facts));
            return true;
        });
    }

    private static Map<String, Object> facts(CopyRun run) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("backend", run.backend().name());
        facts.put("run", run.text());
        facts.put("trigger", run.trigger());
        facts.put("on_behalf_of", run.plan().right().identity().value());
        return facts;
    }

    private Attempt attempt(Backend backend, AuditAction action, String path) {
        return new Attempt(
                backend.tenant(), action, LocalSide.BY, null, path, null, null, ids.next("req_"), System.nanoTime());
    }

    /** What a run did. */
    record Finished(Map<String, Long> outcome, long millis) {}

    /** @param reason the code, or what {@code details.reason} says besides */
    record Failure(ErrorCode code, String reason, String message) {}
}
