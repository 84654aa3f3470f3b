package ai.scailabs.vault.credentials.dynamic;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.credentials.recipe.PolicyText;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;

/** The engines of a tenant, by its policies at {@code dynamic/<engine>}: {@code admin} to change one, {@code read} to look. Thread-safe. */
public final class EngineService {
    /** Of one tenant. */
    public static final int MAX_ENGINES = 500;

    private static final int MOST_LEASES = 1_000_000;

    private final EngineRepository repository;
    private final EngineTypes types;
    private final EngineTargets targets;
    private final AccessControl access;
    private final Clock clock;
    private final Ids ids;

    public EngineService(
            TenantTransactions transactions,
            EngineTypes types,
            EngineTargets targets,
            AccessControl access,
            Clock clock,
            Ids ids) {
        this.repository = new EngineRepository(transactions);
        this.types = types;
        this.targets = targets;
        this.access = access;
        this.clock = clock;
        this.ids = ids;
    }

    /**
     * Logs in at the target first; without success there is no engine.
     *
     * @throws VaultException {@code validation_error}, {@code invalid_config}, {@code invalid_duration}, {@code ttl_exceeded}; {@code access_denied}; {@code conflict} when the name is taken or there are too many
     */
    public Engine create(Caller caller, EngineDraft draft, AuditEntry entry) {
        String name = DynamicNames.engine(draft.name());
        access.requireManaged(caller, Permission.ADMIN, DynamicNames.ofEngine(name));
        Instant now = now();
        Engine wanted = new Engine(
                entry.tenant(),
                ids.nextUuid(),
                name,
                caller.actor().partner(),
                PolicyText.description(draft.description()),
                config(draft.type(), draft),
                LeaseTerms.of(draft.defaultTtl(), draft.maxTtl()),
                maxLeases(draft.maxLeases()),
                false,
                new EngineHealth(true, now, null, null),
                1,
                now,
                caller.actor().identity().value(),
                now);
        EngineType.Prepared prepared = types.of(wanted.config()).prepare(wanted);
        Engine created = wanted.with(prepared.config());
        requireReached(created);
        try {
            return repository.transactions().inTransaction(entry.tenant(), tx -> {
                if (!tx.lockTenant()) {
                    throw new VaultException(ErrorCode.TENANT_NOT_FOUND, "There is no such tenant");
                }
                if (repository.count(tx) >= MAX_ENGINES) {
                    throw new VaultException(
                            ErrorCode.CONFLICT,
                            "A tenant has at most " + MAX_ENGINES + " engines",
                            Map.of("max_engines", MAX_ENGINES));
                }
                repository.insert(tx, created);
                prepared.store().with(tx);
                repository.record(tx, described(entry, created));
                return created;
            });
        } catch (DuplicateKeyException taken) {
            throw new VaultException(
                    ErrorCode.CONFLICT, "An engine of this name exists already", Map.of("state", "exists"));
        }
    }

    private static EngineConfig config(@Nullable String type, EngineDraft draft) {
        if (type == null) {
            throw VaultException.invalidField("type", "is required");
        }
        return EngineConfig.parse(type, draft.config());
    }

    static @Nullable Integer maxLeases(@Nullable Integer wanted) {
        if (wanted != null && (wanted < 1 || wanted > MOST_LEASES)) {
            throw VaultException.invalidField("max_leases", "must be between 1 and " + MOST_LEASES);
        }
        return wanted;
    }

    /** What is not as it must be there is wrong in what was sent. */
    private void requireReached(Engine wanted) {
        try {
            targets.verify(wanted);
        } catch (VaultException refused) {
            if (refused.code() != ErrorCode.BACKEND_UNAVAILABLE) {
                throw refused;
            }
            Map<String, Object> details = new HashMap<>(refused.details());
            details.remove("backend");
            details.put("field", "root_credentials".equals(details.get("reason")) ? RootLogins.FIELD : "config");
            throw new VaultException(ErrorCode.INVALID_CONFIG, String.valueOf(refused.getMessage()), details);
        }
    }

    /** Those that the caller may look at, in the order of their names, one more than is asked for where there are more. @param after the last name of the page before; empty to begin */
    public List<Engine> page(Caller caller, TenantId tenant, int limit, String after) {
        Predicate<SecretPath> readable = access.managed(caller, Permission.READ);
        return Pages.filtered(
                limit + 1,
                after,
                Engine::name,
                (from, rows) -> repository.page(tenant, from, rows),
                engine -> readable.test(engine.path()));
    }

    /** @throws VaultException {@code access_denied}, {@code engine_not_found} */
    public Engine get(Caller caller, TenantId tenant, String name) {
        return permitted(caller, Permission.READ, tenant, name);
    }

    /** Logs in there now. @throws VaultException {@code access_denied}, {@code engine_not_found} */
    public Engine check(Caller caller, TenantId tenant, String name) {
        Engine engine = permitted(caller, Permission.READ, tenant, name);
        try {
            targets.verify(engine);
        } catch (VaultException refused) {
            if (refused.code() != ErrorCode.BACKEND_UNAVAILABLE) {
                throw refused;
            }
        }
        return repository.find(tenant, engine.id()).orElseThrow(EngineService::notFound);
    }

    private Engine permitted(Caller caller, Permission permission, TenantId tenant, String name) {
        access.requireManaged(caller, permission, DynamicNames.ofEngine(name));
        return existing(tenant, name);
    }

    /** Whoever may see it. */
    public Engine existing(TenantId tenant, String name) {
        return repository.find(tenant, name).orElseThrow(EngineService::notFound);
    }

    /** Empty when it was deleted. */
    public Optional<Engine> find(TenantId tenant, UUID id) {
        return repository.find(tenant, id);
    }

    /** @throws VaultException {@code access_denied}, {@code engine_not_found} */
    public Engine administered(Caller caller, TenantId tenant, String name) {
        return permitted(caller, Permission.ADMIN, tenant, name);
    }

    /**
     * As {@link #create}; whatever it was left alone for is over then.
     *
     * @param expectedRevision null to change whatever is there
     * @throws VaultException {@code engine_not_found}; {@code version_conflict}; {@code conflict} when it is leaving
     */
    public Engine change(
            Caller caller, String name, EngineDraft draft, @Nullable Integer expectedRevision, AuditEntry entry) {
        Engine seen = administered(caller, entry.tenant(), name);
        if (expectedRevision != null && expectedRevision != seen.revision()) {
            throw changed();
        }
        if (draft.name() != null && !draft.name().equals(seen.name())) {
            throw VaultException.invalidField("name", "cannot change: policies speak of it");
        }
        requireStaying(seen);
        String type = draft.type() == null ? seen.config().type() : draft.type();
        EngineConfig config = draft.config() == null ? seen.config() : config(type, draft);
        if (config.kind() != seen.config().kind()) {
            throw EngineConfig.invalid("type", "cannot change: accounts were made by it");
        }
        Instant now = now();
        Engine sent = new Engine(
                seen.tenant(),
                seen.id(),
                seen.name(),
                seen.partner(),
                draft.description() == null ? seen.description() : PolicyText.description(draft.description()),
                config,
                LeaseTerms.of(
                        draft.defaultTtl() == null ? seen.terms().defaultTtl() : draft.defaultTtl(),
                        draft.maxTtl() == null ? seen.terms().maxTtl() : draft.maxTtl()),
                draft.maxLeases() == null ? seen.maxLeases() : maxLeases(draft.maxLeases()),
                false,
                new EngineHealth(true, now, null, null),
                seen.revision() + 1,
                seen.createdAt(),
                seen.createdBy(),
                now);
        EngineType.Prepared prepared = types.of(config).prepare(sent, seen.config());
        Engine wanted = sent.with(prepared.config());
        requireReached(wanted);
        return repository.transactions().inTransaction(entry.tenant(), tx -> {
            if (!repository.update(tx, seen.revision(), wanted)) {
                throw changed();
            }
            prepared.store().with(tx);
            repository.record(tx, described(entry, wanted));
            return wanted;
        });
    }

    static void requireStaying(Engine engine) {
        if (engine.leaving()) {
            throw new VaultException(ErrorCode.CONFLICT, "The engine is being deleted", Map.of("state", "deleting"));
        }
    }

    static AuditEntry described(AuditEntry entry, Engine engine) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.put("engine", engine.name());
        extra.put("engine_id", engine.text());
        extra.put("revision", engine.revision());
        return entry.withPath(engine.path().value()).withExtra(extra);
    }

    static VaultException notFound() {
        return new VaultException(ErrorCode.ENGINE_NOT_FOUND, "There is no such engine");
    }

    private static VaultException changed() {
        return new VaultException(ErrorCode.VERSION_CONFLICT, "The engine was changed since");
    }

    /** As the database keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
