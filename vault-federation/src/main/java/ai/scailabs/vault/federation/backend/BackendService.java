package ai.scailabs.vault.federation.backend;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.decision.Mandate;
import ai.scailabs.vault.access.decision.StandingRight;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.federation.mapping.MappingRule;
import ai.scailabs.vault.federation.mapping.PathMapping;
import ai.scailabs.vault.federation.remote.BackendConfig;
import ai.scailabs.vault.federation.remote.BackendType;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteVault;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.secrets.mount.StoredPaths;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DuplicateKeyException;

/**
 * The backends of a tenant. Who manages the tenant may do all of it; others what policies say of {@code federation/backends/<name>}. Who configures one must be allowed to read the secret with its credentials, which from then on is read
 * in their right, as is whatever a copy changes here: a backend is not a way around policies. No paths of two backends overlap, nor of one that is read live and of secrets that are stored. A change and its audit row are one transaction, which is never open while a vault is asked.
 * Thread-safe.
 */
public final class BackendService {
    /** Of one tenant. */
    public static final int MAX_BACKENDS = 50;

    private static final Logger LOG = LoggerFactory.getLogger(BackendService.class);
    private static final UUID BEFORE_ALL = new UUID(0, 0);
    /** Stands for backends that are not there: it is the name of none. */
    private static final SecretPath NOBODYS = Backend.virtualPath("-");

    private final BackendRepository repository;
    private final BackendOpener opener;
    private final AccessControl access;
    private final boolean development;
    private final Clock clock;
    private final Ids ids;

    /** @param development whether plain HTTP to this machine is allowed */
    public BackendService(
            TenantTransactions transactions,
            BackendOpener opener,
            AccessControl access,
            boolean development,
            Clock clock,
            Ids ids) {
        this.repository = new BackendRepository(transactions);
        this.opener = opener;
        this.access = access;
        this.development = development;
        this.clock = clock;
        this.ids = ids;
    }

    /**
     * Asks the vault, too, which must take the credentials. One that is copied begins with that at once, and hides nothing that is stored.
     *
     * @param home the tenant of the caller's token
     * @throws VaultException {@code access_denied}, also for the secret with the credentials; {@code validation_error}; {@code invalid_config} with {@code details.field}; {@code conflict} when the name or a path is taken, or there
     *     are too many; {@code backend_unavailable} when the vault is there and does not serve
     */
    public Backend create(Caller caller, TenantId home, BackendDraft draft, AuditEntry entry) {
        String name = draft.name();
        if (name == null || !Backend.isName(name)) {
            throw VaultException.invalidField(
                    "name",
                    "must be 1 to 63 of a-z, 0-9, '-' and '_', as policies name it by federation/backends/<name>, and not begin like an id");
        }
        access.requireManaged(caller, Permission.ADMIN, Backend.virtualPath(name));
        BackendType type = BackendType.parse(draft.type() == null ? "" : draft.type())
                .orElseThrow(() -> VaultException.invalidField("type", "must be one of " + BackendType.names()));
        if (draft.config() == null) {
            throw VaultException.invalidField("config", "is required");
        }
        if (draft.mapping() == null) {
            throw VaultException.invalidField("path_mapping", "is required");
        }
        BackendMode mode = mode(draft.mode());
        BackendConfig config = BackendConfig.of(type, draft.config(), development);
        PathMapping mapping = PathMapping.of(type, draft.mapping());
        Instant now = now();
        CopyPlan copying = mode == BackendMode.PROXY
                ? notCopied(draft.syncInterval(), draft.syncCallsPerSecond(), draft.writeThrough())
                : new CopyPlan(
                        CopyPlan.interval(draft.syncInterval()),
                        CopyPlan.callsPerSecond(type, draft.syncCallsPerSecond()),
                        StandingRight.of(caller, home, now),
                        false,
                        Boolean.TRUE.equals(draft.writeThrough()));
        Backend created = new Backend(
                entry.tenant(),
                ids.nextUuid(),
                name,
                config,
                mapping,
                mandate(caller, config, mapping),
                copying,
                1,
                now,
                caller.actor().identity().value(),
                now);
        probe(created);
        try {
            return repository.transactions().inTransaction(entry.tenant(), tx -> {
                requireFree(tx, created, null);
                repository.insert(tx, created);
                if (created.copying() != null) {
                    repository.scheduleCopying(tx, created, ids.nextUuid(), now);
                }
                repository.record(tx, described(entry, created));
                return created;
            });
        } catch (DuplicateKeyException taken) {
            throw new VaultException(
                    ErrorCode.CONFLICT, "A backend of this name exists already", Map.of("state", "exists"));
        }
    }

    private static BackendMode mode(@Nullable String text) {
        return BackendMode.parse(text == null ? "" : text)
                .orElseThrow(() -> VaultException.invalidField(
                        "mode", "must be " + BackendMode.PROXY.wireName() + " or " + BackendMode.SYNC.wireName()));
    }

    private static @Nullable CopyPlan notCopied(
            @Nullable String interval, @Nullable Integer calls, @Nullable Boolean writeThrough) {
        String field = interval != null
                ? "sync_interval"
                : calls != null ? "sync_calls_per_second" : Boolean.TRUE.equals(writeThrough) ? "write_through" : null;
        if (field != null) {
            throw VaultException.invalidField(field, "is for mode sync only");
        }
        return null;
    }

    /** The right of who configures it to read the credentials; null when the config names none. */
    private @Nullable Mandate mandate(Caller caller, BackendConfig config, PathMapping mapping) {
        SecretPath path = config.credentialsPath();
        if (path == null) {
            return null;
        }
        if (mapping.ruleFor(path).isPresent()) {
            throw BackendRefusals.invalid(
                    "path_mapping", "path_mapping covers the secret with the credentials, which lies here", null);
        }
        try {
            return access.mandate(access.require(caller, Permission.READ, path));
        } catch (VaultException refused) {
            throw refused.withDetail("field", "config." + config.credentialsMember());
        }
    }

    private void probe(Backend backend) {
        RemoteVault vault = opened(backend);
        try (vault) {
            vault.probe(backend.mapping().remotePrefixes());
        } catch (RemoteException refused) {
            throw BackendRefusals.ofProbe(backend, refused);
        }
    }

    private RemoteVault opened(Backend backend) {
        try {
            return opener.open(backend);
        } catch (RemoteException refused) {
            throw BackendRefusals.ofOpening(backend, refused);
        }
    }

    /**
     * Under a lock that other changes of backends wait for. Secrets that are written at this moment fail when the tenant's epoch has moved on.
     *
     * @param before what is stored below its patterns may be its own copies; null for a new one
     */
    private void requireFree(TenantTransaction tx, Backend wanted, @Nullable Backend before) {
        if (!tx.lockTenant()) {
            throw new VaultException(ErrorCode.TENANT_NOT_FOUND, "There is no such tenant");
        }
        List<Backend> others = repository.all(tx).stream()
                .filter(other -> !other.id().equals(wanted.id()))
                .toList();
        if (others.size() >= MAX_BACKENDS) {
            throw new VaultException(
                    ErrorCode.CONFLICT,
                    "A tenant has at most " + MAX_BACKENDS + " backends",
                    Map.of("max_backends", MAX_BACKENDS));
        }
        for (Backend other : others) {
            String overlap = wanted.mapping().overlapWith(other.mapping());
            if (overlap != null) {
                throw new VaultException(
                        ErrorCode.CONFLICT,
                        "path_mapping overlaps that of another backend: " + overlap,
                        Map.of("field", "path_mapping", "state", "mapped", "backend", other.name()));
            }
        }
        List<MappingRule> hiding = wanted.isReadLive() ? wanted.mapping().rules() : List.of();
        Set<String> copied = wanted.copying() == null || before == null || before.copying() == null
                ? Set.of()
                : before.mapping().entries().keySet();
        for (MappingRule rule : hiding) {
            if (copied.contains(rule.pattern())) {
                continue;
            }
            boolean taken = rule.isExact()
                    ? StoredPaths.isTaken(tx, new SecretPath(rule.localPrefix()))
                    : StoredPaths.below(tx, rule.localPrefix(), rule.isTree()).isPresent();
            if (taken) {
                throw new VaultException(
                        ErrorCode.CONFLICT,
                        "path_mapping covers secrets that are stored here, perhaps deleted ones, which it would hide: "
                                + rule.pattern(),
                        Map.of("field", "path_mapping", "state", "occupied", "pattern", rule.pattern()));
            }
        }
    }

    /** @throws VaultException {@code access_denied}; {@code backend_not_found} */
    public Backend get(Caller caller, TenantId tenant, UUID id) {
        return require(caller, tenant, id, Permission.READ);
    }

    /**
     * Those that the caller may read, oldest first. Pages are full.
     *
     * @param after the last one of the page before; null to begin
     */
    public BackendPage list(Caller caller, TenantId tenant, int limit, @Nullable UUID after) {
        Predicate<SecretPath> readable = access.managed(caller, Permission.READ);
        List<Backend> shown = new ArrayList<>();
        // As many as there can be: one page of them is all.
        for (Backend backend : repository.page(tenant, after == null ? BEFORE_ALL : after, MAX_BACKENDS)) {
            if (readable.test(backend.virtualPath())) {
                shown.add(backend);
            }
        }
        boolean more = shown.size() > limit;
        return new BackendPage(List.copyOf(more ? shown.subList(0, limit) : shown), more);
    }

    /**
     * One that is copied begins anew with it. What was a proxy is read live until all is copied; what was copied stays here when it is no longer.
     *
     * @param home the tenant of the caller's token
     * @param expectedRevision null to change whatever is there
     * @throws VaultException as {@link #create}; {@code backend_not_found}; {@code version_conflict}
     */
    public Backend change(
            Caller caller,
            TenantId home,
            UUID id,
            BackendChange change,
            @Nullable Integer expectedRevision,
            AuditEntry entry) {
        Backend seen = require(caller, entry.tenant(), id, Permission.ADMIN);
        if (expectedRevision != null && expectedRevision != seen.revision()) {
            throw changed();
        }
        BackendConfig config =
                change.config() == null ? seen.config() : BackendConfig.of(seen.type(), change.config(), development);
        PathMapping mapping = change.mapping() == null ? seen.mapping() : PathMapping.of(seen.type(), change.mapping());
        Instant now = now();
        Backend changed = new Backend(
                seen.tenant(),
                seen.id(),
                seen.name(),
                config,
                mapping,
                mandate(caller, config, mapping),
                copying(seen, change, StandingRight.of(caller, home, now)),
                seen.revision() + 1,
                seen.createdAt(),
                seen.createdBy(),
                now);
        probe(changed);
        return repository.transactions().inTransaction(entry.tenant(), tx -> {
            requireFree(tx, changed, seen);
            if (!repository.update(tx, seen.revision(), changed)) {
                throw changed();
            }
            if (seen.copying() != null) {
                repository.forgetCopies(tx, changed);
            }
            if (changed.copying() != null) {
                repository.scheduleCopying(tx, changed, ids.nextUuid(), now);
            }
            repository.record(tx, described(entry, changed));
            return changed;
        });
    }

    private static @Nullable CopyPlan copying(Backend seen, BackendChange change, StandingRight right) {
        BackendMode mode = change.mode() == null ? seen.mode() : mode(change.mode());
        if (mode == BackendMode.PROXY) {
            return notCopied(change.syncInterval(), change.syncCallsPerSecond(), change.writeThrough());
        }
        CopyPlan before = seen.copying();
        return new CopyPlan(
                change.syncInterval() == null && before != null
                        ? before.interval()
                        : CopyPlan.interval(change.syncInterval()),
                change.syncCallsPerSecond() == null && before != null
                        ? before.callsPerSecond()
                        : CopyPlan.callsPerSecond(seen.type(), change.syncCallsPerSecond()),
                right,
                seen.isReadLive(),
                change.writeThrough() == null ? before != null && before.writeThrough() : change.writeThrough());
    }

    /**
     * Its paths are our own from then on; what was copied stays.
     *
     * @throws VaultException {@code access_denied}; {@code backend_not_found}
     */
    public void delete(Caller caller, UUID id, AuditEntry entry) {
        Backend backend = require(caller, entry.tenant(), id, Permission.ADMIN);
        repository.transactions().inTransaction(entry.tenant(), tx -> {
            if (!repository.delete(tx, id)) {
                throw BackendRefusals.notFound();
            }
            repository.record(tx, described(entry, backend));
            return id;
        });
    }

    /**
     * Asks the vault, as if it were opened the first time.
     *
     * @throws VaultException {@code access_denied}; {@code backend_not_found}; {@code service_unavailable}, {@code kms_unavailable}
     */
    public BackendStatus status(Caller caller, TenantId tenant, UUID id) {
        Backend backend = require(caller, tenant, id, Permission.READ);
        long begun = System.nanoTime();
        try (RemoteVault vault = opener.open(backend)) {
            vault.probe(backend.mapping().remotePrefixes());
            return new BackendStatus(backend, null, now(), since(begun));
        } catch (RemoteException failed) {
            LOG.info("{} does not serve: {}", backend, failed.getMessage());
            return new BackendStatus(backend, failed.failure(), now(), since(begun));
        }
    }

    private static long since(long begun) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
    }

    /**
     * For what is done with it elsewhere. Who may have nothing like it learns nothing of whether it is there.
     *
     * @throws VaultException {@code access_denied}; {@code backend_not_found}
     */
    public Backend require(Caller caller, TenantId tenant, UUID id, Permission permission) {
        Backend found = repository.find(tenant, id).orElse(null);
        access.requireManaged(caller, permission, found == null ? NOBODYS : found.virtualPath());
        if (found == null) {
            throw BackendRefusals.notFound();
        }
        return found;
    }

    private static AuditEntry described(AuditEntry entry, Backend backend) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.put("backend", backend.name());
        extra.put("backend_type", backend.type().wireName());
        extra.put("mode", backend.mode().wireName());
        extra.put("revision", backend.revision());
        return entry.withPath(backend.text()).withExtra(extra);
    }

    private static VaultException changed() {
        return new VaultException(ErrorCode.VERSION_CONFLICT, "The backend was changed since");
    }

    /** As the database keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
