package ai.scailabs.vault.credentials.lease;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.dynamic.CredentialSource;
import ai.scailabs.vault.credentials.dynamic.Engine;
import ai.scailabs.vault.credentials.dynamic.EngineRemoval;
import ai.scailabs.vault.credentials.dynamic.EngineService;
import ai.scailabs.vault.credentials.dynamic.EngineTargets;
import ai.scailabs.vault.credentials.dynamic.LeaseTerms;
import ai.scailabs.vault.credentials.dynamic.RoleService;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.ObjIntConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Credentials that were made for somebody, by policies at {@code dynamic/<engine>/<role>}: {@code write} to renew one, {@code read} to look at anybody's, {@code admin} to take anybody's away. One's own may be looked at and given back without a rule. Thread-safe.
 */
public final class LeaseService {

    private static final int ENDED_AT_ONCE = 500;
    private static final int READ_AT_ONCE = 200;
    private static final int LONGEST_COMMENT = 256;
    private static final UUID AFTER_ALL = new UUID(-1L, -1L);

    private final LeaseRepository leases;
    private final LeaseEnding ending;
    private final EngineService engines;
    private final RoleService roles;
    private final EngineTargets targets;
    private final EngineRemoval removal;
    private final AccessControl access;
    private final LeaseListener listener;

    public LeaseService(
            LeaseEnding ending,
            EngineService engines,
            RoleService roles,
            EngineTargets targets,
            EngineRemoval removal,
            AccessControl access,
            LeaseListener listener) {
        this.leases = ending.leases();
        this.ending = ending;
        this.engines = engines;
        this.roles = roles;
        this.targets = targets;
        this.removal = removal;
        this.access = access;
        this.listener = listener;
    }

    /** @throws VaultException {@code lease_not_found}, also for one that the caller may not look at */
    public Lease get(Caller caller, TenantId tenant, UUID id) {
        return seen(caller, tenant, id);
    }

    private Lease existing(TenantId tenant, UUID id) {
        return leases.find(tenant, id).orElseThrow(LeaseService::notFound);
    }

    /** A token that was narrowed to other paths has nothing there, whoever its holder is. */
    private static boolean isOwn(Caller caller, Lease lease) {
        return caller.actor().identity().equals(lease.holder())
                && caller.actor().reaches(lease.path());
    }

    /** Those that the caller may look at, the newest first, one more than is asked for where there are more. Each filter is null for any; without a state, those that live. */
    public List<Lease> page(
            Caller caller,
            TenantId tenant,
            @Nullable String engine,
            @Nullable String role,
            @Nullable String holder,
            @Nullable LeaseState state,
            int limit,
            @Nullable UUID before) {
        Predicate<SecretPath> readable = access.managed(caller, Permission.READ);
        List<Lease> page = new ArrayList<>();
        UUID from = before == null ? AFTER_ALL : before;
        String wanted = state == null ? null : state.wireName();
        boolean ended = state != null && state.hasEnded();
        while (page.size() <= limit) {
            List<Lease> rows = leases.page(tenant, engine, role, holder, wanted, ended, from, READ_AT_ONCE);
            for (Lease row : rows) {
                if (page.size() <= limit && (isOwn(caller, row) || readable.test(row.path()))) {
                    page.add(row);
                }
            }
            if (rows.size() < READ_AT_ONCE) {
                break;
            }
            from = rows.getLast().id();
        }
        return page;
    }

    /**
     * Moves its end, never to an earlier time.
     *
     * @param increment from now on; absent for the role's usual time, as far as there is so much left
     * @throws VaultException {@code access_denied}, {@code lease_not_found}, {@code role_not_found} when its role is gone; {@code ttl_exceeded}; {@code conflict} with its state when it does not live; {@code backend_unavailable}
     */
    public Lease renew(Caller caller, UUID id, @Nullable String increment, AuditEntry entry) {
        TenantId tenant = entry.tenant();
        Lease lease = seen(caller, tenant, id);
        access.requireRule(caller, Permission.WRITE, lease.path());
        requireAlive(lease);
        if (!lease.renewable()) {
            throw new VaultException(
                    ErrorCode.CONFLICT,
                    "The end of this credential is fixed: have another made",
                    Map.of("state", "not_renewable"));
        }
        Engine engine = engines.existing(tenant, lease.engine());
        LeaseTerms terms = roles.existing(tenant, engine, lease.role()).terms(engine);
        Lease before = lease;
        while (true) {
            Lease seen = before;
            Instant until = until(seen, terms, increment);
            // Whoever was faster may have been slower there: their end is set again.
            if (until.isAfter(seen.expiresAt()) || seen != lease) {
                renewThere(engine, seen, until);
            }
            Optional<Lease> renewed = leases.transactions()
                    .inTransaction(tenant, tx -> recorded(tx, leases.renew(tx, seen, until), entry, Map.of()));
            if (renewed.isPresent()) {
                return renewed.get();
            }
            before = existing(tenant, id);
            requireAlive(before);
            if (before.expiresAt().equals(seen.expiresAt())) {
                throw dead(LeaseState.REVOKING.wireName());
            }
        }
    }

    private void renewThere(Engine engine, Lease lease, Instant until) {
        try (CredentialSource target = targets.open(engine)) {
            // There first: what is gone there too early would not be what was answered.
            target.renew(lease.leased(), until);
            targets.healthy(engine);
        } catch (TargetException refused) {
            throw targets.unavailable(engine, refused);
        }
        listener.reached(LeaseStep.RENEWED_THERE);
    }

    private Optional<Lease> recorded(
            TenantTransaction tx, Optional<Lease> changed, AuditEntry entry, Map<String, Object> facts) {
        changed.ifPresent(lease -> leases.record(tx, LeaseEntries.about(entry, lease, facts)));
        return changed;
    }

    private static Instant until(Lease lease, LeaseTerms terms, @Nullable String increment) {
        Instant byRole = lease.issuedAt().plus(terms.most());
        Instant latest = byRole.isBefore(lease.latestAt()) ? byRole : lease.latestAt();
        Instant wanted = lease.readAt().plus(terms.wanted("increment", increment));
        if (wanted.isAfter(latest)) {
            if (increment != null) {
                Duration left = Duration.between(lease.readAt(), latest);
                throw LeaseTerms.exceeded(
                        "increment", left.isNegative() ? Duration.ZERO : Duration.ofSeconds(left.toSeconds()));
            }
            wanted = latest;
        }
        return wanted.isAfter(lease.expiresAt()) ? wanted : lease.expiresAt();
    }

    private static void requireAlive(Lease lease) {
        if (lease.state() != LeaseState.ACTIVE) {
            throw dead(lease.state().wireName());
        }
        if (!lease.expiresAt().isAfter(lease.readAt())) {
            throw dead("expired");
        }
    }

    private static VaultException dead(String state) {
        return new VaultException(ErrorCode.CONFLICT, "The lease does not live any more", Map.of("state", state));
    }

    /**
     * Takes its credential away now. One that has ended is answered as it is.
     *
     * @throws VaultException {@code access_denied}, {@code lease_not_found}; {@code conflict} while it is being made or ended; {@code backend_unavailable} when the target did not do it: then it is tried again by itself
     */
    public Lease revoke(Caller caller, UUID id, AuditEntry entry) {
        Lease lease = seen(caller, entry.tenant(), id);
        if (!isOwn(caller, lease)) {
            access.requireManaged(caller, Permission.ADMIN, lease.path());
        }
        if (lease.state().hasEnded()) {
            recordOnly(entry, lease);
            return lease;
        }
        if (lease.state() == LeaseState.PENDING) {
            throw dead("pending");
        }
        return ending.endNow(entry.tenant(), id, entry);
    }

    /**
     * Gives it up without a word to the target: what is there stays there.
     *
     * @param comment why
     * @throws VaultException {@code access_denied}, {@code lease_not_found}; {@code validation_error} without a comment
     */
    public Lease abandon(Caller caller, UUID id, @Nullable String comment, AuditEntry entry) {
        Lease lease = seen(caller, entry.tenant(), id);
        access.requireManaged(caller, Permission.ADMIN, lease.path());
        String why = comment(comment);
        Lease given = leases.transactions()
                .inTransaction(
                        entry.tenant(),
                        tx -> recorded(tx, leases.abandon(tx, id), entry, Map.of("abandoned", true, "comment", why)))
                .orElse(null);
        if (given == null) {
            recordOnly(entry, lease);
            return existing(entry.tenant(), id);
        }
        listener.ended(given.state().wireName());
        return given;
    }

    private static String comment(@Nullable String text) {
        if (text == null || text.isBlank()) {
            throw VaultException.invalidField("comment", "is required with force");
        }
        if (text.length() > LONGEST_COMMENT || text.chars().anyMatch(Character::isISOControl)) {
            throw VaultException.invalidField("comment", "must be at most 256 characters on one line");
        }
        return text;
    }

    private void recordOnly(AuditEntry entry, Lease lease) {
        leases.transactions().inTransaction(entry.tenant(), tx -> {
            leases.record(tx, LeaseEntries.about(entry, lease, Map.of("changed", false)));
            return lease;
        });
    }

    /** Of one that the caller may not look at nobody tells that it is there. */
    private Lease seen(Caller caller, TenantId tenant, UUID id) {
        Lease lease = existing(tenant, id);
        if (!isOwn(caller, lease) && !access.managed(caller, Permission.READ).test(lease.path())) {
            throw notFound();
        }
        return lease;
    }

    /**
     * Has all of an engine end, or those of one role or holder; how many it are. It is done in the background, and written down lot by lot.
     *
     * @throws VaultException {@code access_denied}, {@code engine_not_found}
     */
    public int revokeAll(
            Caller caller, String engineName, @Nullable String role, @Nullable String holder, AuditEntry entry) {
        Engine engine = engines.administered(caller, entry.tenant(), engineName);
        return endAll(entry.tenant(), engine.id(), role, holder, "requested", (tx, marked) -> {
            Map<String, Object> facts = new HashMap<>(entry.extra());
            facts.put("engine", engine.name());
            facts.put("leases", marked);
            leases.record(tx, entry.withPath(engine.path().value()).withExtra(facts));
        });
    }

    /** @param told in the transaction of each lot */
    private int endAll(
            TenantId tenant,
            UUID engine,
            @Nullable String role,
            @Nullable String holder,
            String reason,
            ObjIntConsumer<TenantTransaction> told) {
        int marked = 0;
        while (true) {
            boolean first = marked == 0;
            int some = leases.transactions().inTransaction(tenant, tx -> {
                int lot = leases.endSome(tx, engine, role, holder, reason, ENDED_AT_ONCE);
                if (first || lot > 0) {
                    told.accept(tx, lot);
                }
                return lot;
            });
            marked += some;
            if (some < ENDED_AT_ONCE) {
                return marked;
            }
        }
    }

    /**
     * Removes an engine. True when it is gone; false when it is to go, as soon as its leases have ended.
     *
     * @param force to have its leases end
     * @throws VaultException {@code access_denied}, {@code engine_not_found}; {@code conflict} with {@code state: live_leases} unless forced
     */
    public boolean delete(Caller caller, String engineName, boolean force, AuditEntry entry) {
        Engine engine = engines.administered(caller, entry.tenant(), engineName);
        if (removal.remove(engine, entry)) {
            return true;
        }
        int live = leases.count(entry.tenant(), engine.id(), null, null);
        if (!force && live > 0) {
            throw new VaultException(
                    ErrorCode.CONFLICT,
                    "Leases of the engine are live",
                    Map.of("state", "live_leases", "live_leases", live));
        }
        removal.leave(engine, entry);
        endAll(entry.tenant(), engine.id(), null, null, "engine_deleted", (tx, marked) -> {});
        return removal.removeIfOver(engine);
    }

    /** For an id that is none, too. */
    public static VaultException notFound() {
        return new VaultException(ErrorCode.LEASE_NOT_FOUND, "There is no such lease");
    }
}
