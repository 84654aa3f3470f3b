package ai.scailabs.vault.credentials.lease;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.dynamic.CredentialSource;
import ai.scailabs.vault.credentials.dynamic.DynamicNames;
import ai.scailabs.vault.credentials.dynamic.Engine;
import ai.scailabs.vault.credentials.dynamic.EngineService;
import ai.scailabs.vault.credentials.dynamic.EngineTargets;
import ai.scailabs.vault.credentials.dynamic.LeaseTerms;
import ai.scailabs.vault.credentials.dynamic.MintRequest;
import ai.scailabs.vault.credentials.dynamic.NewCredential;
import ai.scailabs.vault.credentials.dynamic.Role;
import ai.scailabs.vault.credentials.dynamic.RoleService;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Has credentials made for who asks, by policies at {@code dynamic/<engine>/<role>}: {@code write}. The lease is there before its credential, so that whatever goes wrong there is something that ends it. Thread-safe. */
public final class LeaseGrants {
    /** Longer than a target is given for anything. */
    private static final Duration LONGEST_MAKING = Duration.ofSeconds(100);

    private final LeaseRepository leases;
    private final EngineService engines;
    private final RoleService roles;
    private final EngineTargets targets;
    private final AccessControl access;
    private final LeaseListener listener;
    private final int mostOfTenant;
    private final Ids ids;

    /** @param mostOfTenant leases that may be live at once */
    public LeaseGrants(
            LeaseEnding ending,
            EngineService engines,
            RoleService roles,
            EngineTargets targets,
            AccessControl access,
            LeaseListener listener,
            int mostOfTenant,
            Ids ids) {
        this.leases = ending.leases();
        this.engines = engines;
        this.roles = roles;
        this.targets = targets;
        this.access = access;
        this.listener = listener;
        this.mostOfTenant = mostOfTenant;
        this.ids = ids;
    }

    /**
     * Makes a credential; to be closed by the caller.
     *
     * @param ttl absent for the role's
     * @param members what else they say of it
     * @throws VaultException {@code access_denied}; {@code engine_not_found}, {@code role_not_found}; {@code ttl_exceeded}, {@code invalid_duration}; {@code conflict} with {@code state: too_many_leases}, {@code deleting} or
     *     {@code withdrawn}; {@code backend_unavailable} when the target did not make it: then there is none
     */
    public GrantedLease grant(
            Caller caller,
            String engineName,
            String roleName,
            @Nullable String ttl,
            ObjectNode members,
            AuditEntry entry) {
        access.requireRule(caller, Permission.WRITE, DynamicNames.ofRole(engineName, roleName));
        TenantId tenant = entry.tenant();
        Engine engine = engines.existing(tenant, engineName);
        Role role = roles.existing(tenant, engine, roleName);
        LeaseTerms terms = role.terms(engine);
        Duration wanted = terms.wanted("ttl", ttl);
        try (CredentialSource source = targets.open(engine)) {
            NewCredential credential = source.prepare(
                    new MintRequest(role.name(), role.recipe(), caller.actor().identity(), wanted, members));
            Lease pending = written(engine, role, credential, caller.actor().identity(), wanted, terms.most());
            listener.reached(LeaseStep.WRITTEN);
            return made(engine, credential, pending, entry);
        }
    }

    private Lease written(
            Engine engine, Role role, NewCredential credential, IdentityId holder, Duration ttl, Duration most) {
        return leases.transactions().inTransaction(engine.tenant(), tx -> {
            LeaseRepository.Live live = leases.live(tx, engine.id(), role.id(), mostOfTenant);
            requireRoom("tenant", live.ofTenant(), mostOfTenant);
            requireRoom("engine", live.ofEngine(), engine.maxLeases());
            requireRoom("role", live.ofRole(), role.maxLeases());
            Lease pending = leases.insert(
                    tx,
                    ids.nextUuid(),
                    engine.id(),
                    engine.name(),
                    role.id(),
                    role.name(),
                    credential.account(),
                    credential.recipe(),
                    credential.isRenewable(),
                    holder,
                    ttl,
                    credential.isRenewable() ? most : ttl,
                    LONGEST_MAKING);
            if (pending == null) {
                throw new VaultException(
                        ErrorCode.CONFLICT, "The engine is being deleted", Map.of("state", "deleting"));
            }
            return pending;
        });
    }

    private static void requireRoom(String of, int live, @Nullable Integer most) {
        if (most != null && live >= most) {
            throw new VaultException(
                    ErrorCode.CONFLICT,
                    "The " + of + " has as many live leases as it may have",
                    Map.of("state", "too_many_leases", "quota", of, "max_leases", most));
        }
    }

    private GrantedLease made(Engine engine, NewCredential credential, Lease pending, AuditEntry entry) {
        SensitiveBytes data;
        try {
            data = credential.making().create(pending.leased());
        } catch (TargetException refused) {
            VaultException shown = targets.unavailable(engine, refused);
            giveUp(pending, refused.failure().code(), String.valueOf(refused.getMessage()));
            throw shown;
        } catch (VaultException refused) {
            giveUp(pending, refused.code().code(), String.valueOf(refused.getMessage()));
            throw refused;
        }
        boolean given = false;
        try {
            listener.reached(LeaseStep.MADE);
            targets.healthy(engine);
            Lease active = activated(pending, entry);
            listener.reached(LeaseStep.ACTIVATED);
            listener.granted(engine.text(), active.role());
            given = true;
            return new GrantedLease(active, data);
        } finally {
            if (!given) {
                data.close();
            }
        }
    }

    private void giveUp(Lease pending, String code, String message) {
        leases.giveUp(pending.tenant(), pending.id(), code, message);
    }

    private Lease activated(Lease pending, AuditEntry entry) {
        return leases.transactions()
                .inTransaction(pending.tenant(), tx -> {
                    Optional<Lease> active = leases.activate(tx, pending.id());
                    active.ifPresent(lease -> leases.record(tx, LeaseEntries.about(entry, lease, Map.of())));
                    return active;
                })
                .orElseThrow(() -> notGiven(pending));
    }

    /** Whoever was to have it may not any more, or waited so long that what there was of it has been taken away. */
    private VaultException notGiven(Lease pending) {
        boolean withdrawn = leases.find(pending.tenant(), pending.id())
                .filter(lease -> lease.state() == LeaseState.PENDING)
                .isPresent();
        VaultException shown = withdrawn
                ? new VaultException(
                        ErrorCode.CONFLICT,
                        "The lease was to end before its credential was made",
                        Map.of("state", "withdrawn"))
                : new VaultException(
                        ErrorCode.BACKEND_UNAVAILABLE,
                        "The target took too long",
                        Map.of("backend", "target", "reason", "timed_out"));
        giveUp(pending, shown.code().code(), String.valueOf(shown.getMessage()));
        return shown;
    }
}
