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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.DuplicateKeyException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The roles of engines, by policies at {@code dynamic/<engine>/<role>}: {@code admin} to change one, {@code read} to look. Thread-safe. */
public final class RoleService {
    /** Of one engine. */
    public static final int MAX_ROLES = 1_000;

    private static final JsonMapper JSON = JsonMapper.shared();

    private final RoleRepository repository;
    private final EngineService engines;
    private final EngineTypes types;
    private final AccessControl access;
    private final Clock clock;
    private final Ids ids;

    public RoleService(
            TenantTransactions transactions,
            EngineService engines,
            EngineTypes types,
            AccessControl access,
            Clock clock,
            Ids ids) {
        this.repository = new RoleRepository(transactions);
        this.engines = engines;
        this.types = types;
        this.access = access;
        this.clock = clock;
        this.ids = ids;
    }

    /** @throws VaultException {@code invalid_role}, {@code validation_error}, {@code invalid_duration}, {@code ttl_exceeded}; {@code access_denied}, {@code engine_not_found}; {@code conflict} when the name is taken or there are too many */
    public Role create(Caller caller, String engineName, RoleDraft draft, AuditEntry entry) {
        DynamicNames.ofEngine(engineName);
        String name = DynamicNames.role(draft.name());
        access.requireManaged(caller, Permission.ADMIN, DynamicNames.ofRole(engineName, name));
        Engine engine = engines.existing(entry.tenant(), engineName);
        EngineService.requireStaying(engine);
        Instant now = now();
        Role created = checked(
                engine,
                new Role(
                        ids.nextUuid(),
                        engine.id(),
                        name,
                        PolicyText.description(draft.description()),
                        recipe(engine, RoleRecipe.merged(JSON.createObjectNode(), draft.recipe())),
                        draft.defaultTtl(),
                        draft.maxTtl(),
                        EngineService.maxLeases(draft.maxLeases()),
                        1,
                        now,
                        caller.actor().identity().value(),
                        now));
        try {
            return repository.transactions().inTransaction(entry.tenant(), tx -> {
                if (!tx.lockTenant()) {
                    throw new VaultException(ErrorCode.TENANT_NOT_FOUND, "There is no such tenant");
                }
                if (repository.count(tx, engine.id()) >= MAX_ROLES) {
                    throw new VaultException(
                            ErrorCode.CONFLICT,
                            "An engine has at most " + MAX_ROLES + " roles",
                            Map.of("max_roles", MAX_ROLES));
                }
                repository.insert(tx, created);
                repository.record(tx, described(entry, engine, created));
                return created;
            });
        } catch (DuplicateKeyException taken) {
            throw new VaultException(
                    ErrorCode.CONFLICT, "A role of this name exists already", Map.of("state", "exists"));
        } catch (DataIntegrityViolationException engineGone) {
            throw EngineService.notFound();
        }
    }

    /** @param given merged with what the role said before */
    private RoleRecipe recipe(Engine engine, ObjectNode given) {
        return types.of(engine.config()).recipe(engine.config(), given);
    }

    private static Role checked(Engine engine, Role role) {
        role.terms(engine);
        return role;
    }

    /** Those that the caller may look at, as {@link EngineService#page}. @throws VaultException {@code engine_not_found} */
    public List<Role> page(Caller caller, TenantId tenant, String engineName, int limit, String after) {
        Predicate<SecretPath> readable = access.managed(caller, Permission.READ);
        DynamicNames.ofEngine(engineName);
        Engine engine = engines.existing(tenant, engineName);
        return Pages.filtered(
                limit + 1,
                after,
                Role::name,
                (from, rows) -> repository.page(tenant, engine.id(), from, rows),
                role -> readable.test(DynamicNames.ofRole(engine.name(), role.name())));
    }

    /** @throws VaultException {@code access_denied}, {@code engine_not_found}, {@code role_not_found} */
    public Role get(Caller caller, TenantId tenant, String engineName, String name) {
        access.requireManaged(caller, Permission.READ, DynamicNames.ofRole(engineName, name));
        return existing(tenant, engines.existing(tenant, engineName), name);
    }

    /** Whoever may see it. @throws VaultException {@code role_not_found} */
    public Role existing(TenantId tenant, Engine engine, String name) {
        return repository.find(tenant, engine.id(), name).orElseThrow(RoleService::notFound);
    }

    /**
     * What was made by it before stays as it is, and is taken away as it was made.
     *
     * @param expectedRevision null to change whatever is there
     * @throws VaultException as {@link #create}; {@code role_not_found}; {@code version_conflict}
     */
    public Role change(
            Caller caller,
            String engineName,
            String name,
            RoleDraft draft,
            @Nullable Integer expectedRevision,
            AuditEntry entry) {
        access.requireManaged(caller, Permission.ADMIN, DynamicNames.ofRole(engineName, name));
        Engine engine = engines.existing(entry.tenant(), engineName);
        Role seen = existing(entry.tenant(), engine, name);
        if (expectedRevision != null && expectedRevision != seen.revision()) {
            throw changed();
        }
        if (draft.name() != null && !draft.name().equals(seen.name())) {
            throw VaultException.invalidField("name", "cannot change: policies speak of it");
        }
        Role wanted = checked(
                engine,
                new Role(
                        seen.id(),
                        seen.engine(),
                        seen.name(),
                        draft.description() == null ? seen.description() : PolicyText.description(draft.description()),
                        recipe(engine, RoleRecipe.merged(seen.recipe().members(), draft.recipe())),
                        draft.defaultTtl() == null ? seen.defaultTtl() : draft.defaultTtl(),
                        draft.maxTtl() == null ? seen.maxTtl() : draft.maxTtl(),
                        draft.maxLeases() == null ? seen.maxLeases() : EngineService.maxLeases(draft.maxLeases()),
                        seen.revision() + 1,
                        seen.createdAt(),
                        seen.createdBy(),
                        now()));
        return repository.transactions().inTransaction(entry.tenant(), tx -> {
            if (!repository.update(tx, seen.revision(), wanted)) {
                throw changed();
            }
            repository.record(tx, described(entry, engine, wanted));
            return wanted;
        });
    }

    /** What was made by it lives on until its time is over. @throws VaultException {@code access_denied}, {@code engine_not_found}, {@code role_not_found} */
    public void delete(Caller caller, String engineName, String name, AuditEntry entry) {
        access.requireManaged(caller, Permission.ADMIN, DynamicNames.ofRole(engineName, name));
        Engine engine = engines.existing(entry.tenant(), engineName);
        Role role = existing(entry.tenant(), engine, name);
        repository.transactions().inTransaction(entry.tenant(), tx -> {
            if (!repository.delete(tx, role.id())) {
                throw notFound();
            }
            repository.record(tx, described(entry, engine, role));
            return role;
        });
    }

    private static AuditEntry described(AuditEntry entry, Engine engine, Role role) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.put("engine", engine.name());
        extra.put("role", role.name());
        extra.put("role_id", role.text());
        extra.put("revision", role.revision());
        return entry.withPath(DynamicNames.ofRole(engine.name(), role.name()).value())
                .withExtra(extra);
    }

    static VaultException notFound() {
        return new VaultException(ErrorCode.ROLE_NOT_FOUND, "There is no such role");
    }

    private static VaultException changed() {
        return new VaultException(ErrorCode.VERSION_CONFLICT, "The role was changed since");
    }

    /** As the database keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
