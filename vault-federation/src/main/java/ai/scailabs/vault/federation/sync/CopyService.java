package ai.scailabs.vault.federation.sync;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.decision.PathFilter;
import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.federation.backend.Backend;
import ai.scailabs.vault.federation.backend.BackendOpener;
import ai.scailabs.vault.federation.backend.BackendService;
import ai.scailabs.vault.federation.proxy.ProxyRefusals;
import ai.scailabs.vault.federation.remote.RemoteCopy;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteVault;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.secrets.secret.Precondition;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What callers ask about copies: to make them now, how it stands, and which side is right where both differ. Whoever settles a conflict must be allowed to write the secret. Thread-safe.
 */
public final class CopyService {
    private final RunRepository runs;
    private final CopyRepository copies;
    private final BackendService backends;
    private final BackendOpener opener;
    private final LocalSides locals;
    private final AccessControl access;
    private final Clock clock;
    private final Ids ids;

    public CopyService(
            TenantTransactions transactions,
            BackendService backends,
            BackendOpener opener,
            LocalSides locals,
            AccessControl access,
            Clock clock,
            Ids ids) {
        this.runs = new RunRepository(transactions);
        this.copies = new CopyRepository(transactions);
        this.backends = backends;
        this.opener = opener;
        this.locals = locals;
        this.access = access;
        this.clock = clock;
        this.ids = ids;
    }

    /**
     * Begins a run as soon as there is room for it; one that is under way stays the one.
     *
     * @param acceptDeletions whether it may delete more copies than not
     * @throws VaultException {@code access_denied}; {@code backend_not_found}; {@code conflict} when the backend is not copied
     */
    public Requested request(Caller caller, UUID id, boolean acceptDeletions, AuditEntry entry) {
        Backend backend = backends.require(caller, entry.tenant(), id, Permission.WRITE);
        if (backend.copying() == null) {
            throw notCopied(backend);
        }
        UUID run = ids.nextUuid();
        boolean begun = runs.transactions().inTransaction(entry.tenant(), tx -> {
            boolean first = runs.request(tx, id, run, acceptDeletions, now());
            Map<String, Object> extra = new HashMap<>(entry.extra());
            extra.put("backend", backend.name());
            extra.put("begun", first);
            runs.record(tx, entry.withPath(backend.text()).withExtra(extra));
            return first;
        });
        CopyState state = runs.states(entry.tenant()).get(id);
        String current = state == null || state.run() == null ? null : state.run();
        return new Requested(backend, current == null ? CopyRun.text(run) : current, begun);
    }

    private static VaultException notCopied(Backend backend) {
        return new VaultException(
                ErrorCode.CONFLICT,
                "Nothing is copied of this backend: its mode is "
                        + backend.mode().wireName(),
                Map.of("state", backend.mode().wireName()));
    }

    /**
     * How it stands with a backend that the caller may see. Empty when nothing is copied of it.
     *
     * @throws VaultException {@code service_unavailable}
     */
    public Optional<Standing> standing(Caller caller, Backend backend) {
        CopyState state = runs.states(backend.tenant()).get(backend.id());
        if (state == null || backend.copying() == null) {
            return Optional.empty();
        }
        PathFilter listable = access.filter(caller, Permission.LIST);
        List<Problem> problems = state.problems().stream()
                .filter(problem -> listable.matches(problem.path()))
                .toList();
        return Optional.of(new Standing(state, copies.countConflicts(backend.tenant(), backend.id()), problems));
    }

    /**
     * Those of paths that the caller may list, in the order of paths. Pages are full.
     *
     * @param after the path of the last one of the page before; empty to begin
     * @throws VaultException {@code access_denied}; {@code backend_not_found}
     */
    public ConflictPage conflicts(Caller caller, TenantId tenant, UUID id, int limit, String after) {
        Backend backend = backends.require(caller, tenant, id, Permission.READ);
        PathFilter listable = access.filter(caller, Permission.LIST);
        List<Conflict> shown = new ArrayList<>();
        String position = after;
        while (shown.size() <= limit) {
            List<Conflict> found = copies.conflicts(tenant, backend.id(), position, limit + 1);
            found.stream()
                    .filter(conflict -> listable.matches(conflict.path().value()))
                    .forEach(shown::add);
            if (found.size() <= limit) {
                break;
            }
            position = found.getLast().path().value();
        }
        boolean more = shown.size() > limit;
        return new ConflictPage(List.copyOf(more ? shown.subList(0, limit) : shown), more);
    }

    /**
     * Says which side is right. Ours stays, and is no conflict until the other changes; or the other's is written here.
     *
     * @throws VaultException {@code access_denied}, also for the secret; {@code backend_not_found}, {@code conflict_not_found}; {@code conflict} when either side is another by now; {@code backend_unavailable}
     */
    public Settled resolve(Caller caller, UUID id, UUID conflictId, Resolution resolution, AuditEntry entry) {
        Backend backend = backends.require(caller, entry.tenant(), id, Permission.WRITE);
        Conflict conflict = copies.conflict(entry.tenant(), id, conflictId).orElse(null);
        if (conflict == null || backend.copying() == null) {
            throw new VaultException(ErrorCode.CONFLICT_NOT_FOUND, "There is no such conflict");
        }
        Permit permit = access.require(caller, Permission.WRITE, conflict.path());
        Copy copy = resolution == Resolution.KEEP_LOCAL ? kept(conflict) : written(permit, backend, conflict, entry);
        runs.transactions().inTransaction(entry.tenant(), tx -> {
            if (!copies.settle(tx, id, conflictId)) {
                throw changed(conflict);
            }
            copies.put(tx, id, ids.nextUuid(), List.of(copy));
            Map<String, Object> extra = new HashMap<>(entry.extra());
            extra.put("backend", backend.name());
            extra.put("conflict_id", conflict.text());
            extra.put("resolution", resolution.wireName());
            runs.record(tx, entry.withPath(conflict.path().value()).withExtra(extra));
            return copy;
        });
        return new Settled(conflict, resolution, copy.localVersion());
    }

    private static Copy kept(Conflict conflict) {
        return new Copy(
                conflict.path(),
                Copy.State.KEPT,
                conflict.remoteVersion(),
                conflict.remoteMac(),
                new byte[0],
                null,
                conflict.localVersion(),
                null,
                Copy.Change.NONE);
    }

    private Copy written(Permit permit, Backend backend, Conflict conflict, AuditEntry entry) {
        SecretPath path = conflict.path();
        Fingerprints fingerprints = locals.fingerprints(backend);
        LocalSide local = locals.of(backend);
        String name = backend.mapping()
                .ruleFor(path)
                .flatMap(rule -> rule.toRemote(path))
                .orElseThrow(() -> changed(conflict));
        try (RemoteVault vault = opener.open(backend);
                RemoteCopy remote = vault.copy(name)) {
            PathCopier.Wanted wanted = new PathCopier.Wanted(path, remote);
            if (!fingerprints.isValue(path, wanted.value(), conflict.remoteMac())) {
                throw changed(conflict);
            }
            int before = conflict.localVersion() > 0
                    ? conflict.localVersion()
                    : local.restore(permit, path, locals.entry(entry, AuditAction.RESTORE, path, backend));
            int version = local.write(
                    permit,
                    path,
                    remote,
                    new Precondition.VersionIs(before),
                    locals.entry(entry, AuditAction.WRITE, path, backend));
            return wanted.copy(fingerprints, Copy.State.COPIED, version, Copy.Change.NONE);
        } catch (RemoteException failed) {
            throw ProxyRefusals.of(failed, backend, path, null);
        } catch (VaultException refused) {
            throw refused.code() == ErrorCode.VERSION_CONFLICT ? changed(conflict) : refused;
        }
    }

    private static VaultException changed(Conflict conflict) {
        return new VaultException(
                ErrorCode.CONFLICT,
                "One of the sides has changed since the conflict was found: let the backend be synchronized, and look again",
                Map.of("state", "changed", "path", conflict.path().value()));
    }

    /** As the database keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /**
     * A run that was asked for.
     *
     * @param run its id
     * @param begun false when it was under way before
     */
    public record Requested(Backend backend, String run, boolean begun) {}

    /**
     * How it stands with a backend that is copied.
     *
     * @param conflicts that are open
     * @param problems some of what the last run could not copy, of paths that the caller may list
     */
    public record Standing(CopyState state, long conflicts, List<Problem> problems) {}

    /** @param hasMore whether a page follows */
    public record ConflictPage(List<Conflict> conflicts, boolean hasMore) {}

    /** @param version of ours that counts now; 0 when it is deleted */
    public record Settled(Conflict conflict, Resolution resolution, int version) {}
}
