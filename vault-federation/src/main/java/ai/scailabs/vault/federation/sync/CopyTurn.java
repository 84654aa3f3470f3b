package ai.scailabs.vault.federation.sync;

import ai.scailabs.vault.federation.mapping.MappingRule;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteName;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One turn of a run: lists what is there, copies what is another than before, in the order of paths and some at a time, and deletes here what is there no more. What it did is written down every few hundred paths with how far it is. Whoever
 * is killed between a change and that note leaves a change that the next turn finds, by what it says of itself, and takes for what it is.
 */
final class CopyTurn {
    static final int STEP = 200;
    /** Of one rule. */
    private static final int MOST_NAMES = 100_000;

    private static final int AT_ONCE = 8;
    /** Fewer may go without anybody having said so. */
    private static final int FEW = 20;

    private final CopyRun run;
    private final RunRepository runs;
    private final CopyRepository copies;
    private final PacedVault vault;
    private final PathCopier copier;
    private final CopyJournal journal;
    private final CopyLease lease;
    private final BooleanSupplier stopping;

    CopyTurn(
            CopyRun run,
            RunRepository runs,
            CopyRepository copies,
            PacedVault vault,
            PathCopier copier,
            CopyJournal journal,
            CopyLease lease,
            BooleanSupplier stopping) {
        this.run = run;
        this.runs = runs;
        this.copies = copies;
        this.vault = vault;
        this.copier = copier;
        this.journal = journal;
        this.lease = lease;
        this.stopping = stopping;
    }

    /**
     * @throws RemoteException when the vault does not serve
     * @throws VaultException {@code service_unavailable}, {@code kms_unavailable}; {@code conflict} when it would delete more than not
     */
    Ending work() throws RemoteException {
        TreeMap<String, RemoteName> names = names();
        if (!runs.listed(run, names.size())) {
            return Ending.LOST;
        }
        requireFew(survey(names));
        Ending ending = copyAll(names);
        return ending == Ending.DONE ? deleteAll(names) : ending;
    }

    /** By the path that each is copied to. */
    private TreeMap<String, RemoteName> names() throws RemoteException {
        TreeMap<String, RemoteName> names = new TreeMap<>();
        for (MappingRule rule : run.backend().mapping().rules()) {
            if (rule.isExact()) {
                names.put(rule.localPrefix(), new RemoteName(rule.remotePrefix(), null));
                continue;
            }
            List<RemoteName> found =
                    vault.call(remote -> remote.listed(rule.remotePrefix(), rule.isTree(), MOST_NAMES));
            for (RemoteName name : found) {
                rule.toLocal(name.name()).ifPresent(path -> names.put(path.value(), name));
            }
        }
        return names;
    }

    private Survey survey(Map<String, RemoteName> names) {
        List<SecretPath> missing = new ArrayList<>();
        List<SecretPath> kept = new ArrayList<>();
        long copied = 0;
        for (Map.Entry<SecretPath, Copy.State> each :
                copies.states(tenant(), backend()).entrySet()) {
            boolean there = names.containsKey(each.getKey().value());
            switch (each.getValue()) {
                case COPIED -> {
                    copied++;
                    if (!there) {
                        missing.add(each.getKey());
                    }
                }
                case LEAVING -> {
                    copied++;
                    missing.add(each.getKey());
                }
                case KEPT -> {
                    if (!there) {
                        kept.add(each.getKey());
                    }
                }
                case GONE -> {}
            }
        }
        return new Survey(copied, missing, kept);
    }

    /** A vault that shows nothing any more may have lost a mount, or we a right: that is no reason to delete what others live by. */
    private void requireFew(Survey survey) {
        int missing = survey.missing().size();
        if (!run.acceptDeletions() && missing > FEW && missing * 2L > survey.copied()) {
            throw new VaultException(
                    ErrorCode.CONFLICT,
                    missing + " of " + survey.copied()
                            + " copies would be deleted, as the vault does not show them any more: ask for a run with accept_deletions if that is right",
                    Map.of("state", "too_many_deletions"));
        }
    }

    private Ending copyAll(TreeMap<String, RemoteName> names) throws RemoteException {
        List<Map.Entry<String, RemoteName>> left =
                List.copyOf(names.tailMap(run.position(), false).entrySet());
        for (int from = 0; from < left.size(); from += STEP) {
            Ending interrupted = interrupted();
            if (interrupted != null) {
                return interrupted;
            }
            List<Map.Entry<String, RemoteName>> step = left.subList(from, Math.min(left.size(), from + STEP));
            List<SecretPath> paths =
                    step.stream().map(each -> new SecretPath(each.getKey())).toList();
            Map<SecretPath, Copy> known = copies.copies(tenant(), backend(), paths);
            Map<SecretPath, Conflict> conflicts = copies.conflicts(tenant(), backend(), paths);
            List<Callable<PathOutcome>> work = new ArrayList<>();
            for (Map.Entry<String, RemoteName> each : step) {
                SecretPath path = new SecretPath(each.getKey());
                work.add(() -> copier.copy(path, each.getValue(), known.get(path), conflicts.get(path)));
            }
            if (!doneTogether(work, step.getLast().getKey())) {
                return Ending.LOST;
            }
        }
        return Ending.DONE;
    }

    /**
     * Whatever was done is written down, also when something failed: then without saying that all of it was.
     *
     * @param position up to which all is done then; null for as far as it was
     */
    private boolean doneTogether(List<Callable<PathOutcome>> work, @Nullable String position) throws RemoteException {
        List<PathOutcome> outcomes = new ArrayList<>();
        Throwable failure = null;
        try (ExecutorService threads =
                Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory())) {
            List<Future<PathOutcome>> pending =
                    work.stream().map(threads::submit).toList();
            for (Future<PathOutcome> each : pending) {
                try {
                    outcomes.add(each.get());
                } catch (ExecutionException failed) {
                    failure = failure == null ? failed.getCause() : failure;
                    pending.forEach(other -> other.cancel(false));
                } catch (CancellationException notBegun) {
                    // Of one that was under way nobody waits for the answer: the next turn finds what it did.
                    continue;
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new VaultException(ErrorCode.SERVICE_UNAVAILABLE, "The server is stopping", e);
                }
            }
        }
        boolean held = journal.note(run, failure == null ? position : null, outcomes, lease.until());
        rethrow(failure);
        return held;
    }

    private static void rethrow(@Nullable Throwable failure) throws RemoteException {
        switch (failure) {
            case null -> {}
            case RemoteException refused -> throw refused;
            case RuntimeException refused -> throw refused;
            case Error error -> throw error;
            default -> throw new IllegalStateException("a copy failed", failure);
        }
    }

    private Ending deleteAll(Map<String, RemoteName> names) throws RemoteException {
        Survey survey = survey(names);
        requireFew(survey);
        List<SecretPath> missing = survey.missing();
        for (int from = 0; from < missing.size(); from += STEP) {
            Ending interrupted = interrupted();
            if (interrupted != null) {
                return interrupted;
            }
            List<SecretPath> step = missing.subList(from, Math.min(missing.size(), from + STEP));
            List<Callable<PathOutcome>> work = new ArrayList<>();
            copies.copies(tenant(), backend(), step).values().forEach(copy -> work.add(() -> copier.delete(copy)));
            if (!doneTogether(work, null)) {
                return Ending.LOST;
            }
        }
        Instant now = lease.now();
        runs.transactions().inTransaction(tenant(), tx -> {
            copies.forget(tx, backend(), survey.keptOfNothing());
            copies.forgetGone(tx, backend(), now);
            return survey;
        });
        return Ending.DONE;
    }

    private @Nullable Ending interrupted() {
        if (lease.isLost()) {
            return Ending.LOST;
        }
        return stopping.getAsBoolean() ? Ending.STOPPED : null;
    }

    private TenantId tenant() {
        return run.backend().tenant();
    }

    private UUID backend() {
        return run.backend().id();
    }

    /** How a turn ends that nothing failed in. */
    enum Ending {
        DONE,
        /** Somebody else is at it, or it is not wanted any more. */
        LOST,
        /** It is for somebody else to go on. */
        STOPPED
    }

    /**
     * @param copied that are copies now
     * @param missing of these, that are there no more
     * @param keptOfNothing where ours was kept in place of what is there no more
     */
    private record Survey(long copied, List<SecretPath> missing, List<SecretPath> keptOfNothing) {}
}
