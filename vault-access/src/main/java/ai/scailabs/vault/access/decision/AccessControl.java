package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.access.policy.PolicySnapshots;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Clock;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides by the policies of the caller's tenant and of its partner. Who has no rule and who has none that fits get the same answer, and nobody's answer depends on whether
 * anything lies at the path. A refusal is always by the policies of this moment; a permission may rest on policies read earlier until it is {@linkplain
 * #confirm confirmed}. Thread-safe.
 */
public final class AccessControl {
    /** What stands before the path of a secret that a partner shares, when policies are asked. */
    public static final String SHARED_SPACE = "partner/";

    private static final String OWN_SPACE = "";

    private final PolicyCache policies;
    private final TenantEpochs epochs;
    private final Clock clock;

    public AccessControl(TenantTransactions transactions, Clock clock) {
        this.policies = new PolicyCache(new PolicySnapshots(transactions));
        this.epochs = new TenantEpochs(transactions);
        this.clock = clock;
    }

    /**
     * By the rules whose conditions hold for this caller now.
     *
     * @throws VaultException {@code access_denied}; {@code mfa_required}, {@code time_window_violation} or {@code ip_not_allowed} when only conditions stand in the
     *     way
     */
    public Permit require(Caller caller, Permission permission, SecretPath path) {
        Subject subject = Subject.of(caller.actor());
        Circumstances circumstances = Circumstances.of(caller, clock.millis());
        CompiledPolicies known = policies.known(caller.actor().tenant());
        Verdict verdict = known == null ? null : known.decide(subject, permission, path.value(), circumstances);
        if (known == null || verdict == null || verdict.match() == null) {
            known = fresh(caller.actor().tenant());
            verdict = known.decide(subject, permission, path.value(), circumstances);
        }
        Match match = verdict.match();
        if (match == null) {
            throw new Explanation(known, subject, permission, path.value(), circumstances).refusal(verdict, null);
        }
        return new Permit(caller, permission, path, false, known.epoch(), match, verdict.isLasting());
    }

    /** For a caller of whom only the token is known. */
    public Permit require(Actor actor, Permission permission, SecretPath path) {
        return require(Caller.fromSomewhere(actor), permission, path);
    }

    /** Whether {@link #require} or {@link #requireShared} would give the holder of the permit another one for the same path. */
    public boolean allows(Permit permit, Permission permission) {
        Actor actor = permit.actor();
        String path =
                (permit.isShared() ? SHARED_SPACE : OWN_SPACE) + permit.path().value();
        return (!permit.isShared() || missingRole(actor, permission) == null)
                && fresh(actor.tenant())
                                .decide(
                                        Subject.of(actor),
                                        permission,
                                        path,
                                        Circumstances.of(permit.caller(), clock.millis()))
                                .match()
                        != null;
    }

    /**
     * For a secret that the actor's partner shares: by a rule for {@code partner/<path>} that decides in the actor's own tenant; to do anything but read and list takes the
     * partner administrator's role as well. The permit rests on the policies of this moment.
     *
     * @throws VaultException as {@link #require}
     */
    public Permit requireShared(Caller caller, Permission permission, SecretPath path) {
        Actor actor = caller.actor();
        CompiledPolicies current = fresh(actor.tenant());
        Subject subject = Subject.of(actor);
        Circumstances circumstances = Circumstances.of(caller, clock.millis());
        String asked = SHARED_SPACE + path.value();
        String missingRole = missingRole(actor, permission);
        Verdict verdict = current.decide(subject, permission, asked, circumstances);
        Match match = verdict.match();
        if (missingRole != null || match == null) {
            throw new Explanation(current, subject, permission, asked, circumstances)
                    .refusal(missingRole == null ? verdict : Verdict.NO_RULE, missingRole);
        }
        return new Permit(caller, permission, path, true, current.epoch(), match, verdict.isLasting());
    }

    /** For a caller of whom only the token is known. */
    public Permit requireShared(Actor actor, Permission permission, SecretPath path) {
        return requireShared(Caller.fromSomewhere(actor), permission, path);
    }

    /**
     * For something that is no secret, such as {@code pki/ca/<name>}: by a rule for its virtual path, or by a role that manages the tenant. By the policies of this moment. It gives no permit, as a secret may
     * lie at the same path.
     *
     * @throws VaultException as {@link #require}
     */
    public void requireManaged(Caller caller, Permission permission, SecretPath path) {
        if (!manages(caller.actor())) {
            requireRule(freshFilter(caller, permission), path);
        }
    }

    /**
     * The same by the policies of an epoch that was read with what they are asked about.
     *
     * @param epoch of the actor's tenant, as of now
     * @throws VaultException as {@link #require}
     */
    public void requireManaged(Caller caller, Permission permission, SecretPath path, long epoch) {
        if (!manages(caller.actor())) {
            CompiledPolicies current = policies.at(caller.actor().tenant(), epoch);
            requireRule(filter(caller, permission, OWN_SPACE, current), path);
        }
    }

    private static void requireRule(PathFilter rules, SecretPath path) {
        if (!rules.matches(path.value())) {
            throw rules.refusal(path.value());
        }
    }

    /**
     * As {@link #requireManaged} for what is itself secret: by a rule alone, as a role opens no secret.
     *
     * @throws VaultException as {@link #require}
     */
    public void requireRule(Caller caller, Permission permission, SecretPath path) {
        PathFilter rules = freshFilter(caller, permission);
        if (!rules.matches(path.value())) {
            throw rules.refusal(path.value());
        }
    }

    /** Of which things that are no secrets {@link #requireManaged} would let the caller have this. */
    public Predicate<SecretPath> managed(Caller caller, Permission permission) {
        PathFilter rules = manages(caller.actor()) ? null : freshFilter(caller, permission);
        return path -> rules == null || rules.matches(path.value());
    }

    private static boolean manages(Actor actor) {
        return actor.hasRole(Actor.TENANT_ADMIN) || actor.hasRole(Actor.PARTNER_ADMIN);
    }

    private PathFilter freshFilter(Caller caller, Permission permission) {
        return filter(caller, permission, OWN_SPACE, fresh(caller.actor().tenant()));
    }

    private static @Nullable String missingRole(Actor actor, Permission permission) {
        return switch (permission) {
            case READ, LIST -> null;
            case WRITE, DELETE, ROTATE, ADMIN -> actor.hasRole(Actor.PARTNER_ADMIN) ? null : Actor.PARTNER_ADMIN;
        };
    }

    /**
     * The permit, if the policies of this epoch give it too. One that rests on a condition, or on a binding that lapses, is decided again at this moment in any
     * case.
     *
     * @param currentEpoch of the actor's tenant, as it came with the data or was read in the transaction of the change; ignored for a shared path, whose owner's
     *     epoch says nothing about the actor's policies: there it is read again
     * @throws VaultException as {@link #require}, when it was withdrawn
     */
    public Permit confirm(Permit permit, long currentEpoch) {
        Actor actor = permit.actor();
        if (permit.isShared()) {
            return permit.isLasting() && epochs.current(actor.tenant()) == permit.policyEpoch()
                    ? permit
                    : requireShared(permit.caller(), permit.permission(), permit.path());
        }
        if (permit.policyEpoch() == currentEpoch && permit.isLasting()) {
            return permit;
        }
        CompiledPolicies current = policies.at(actor.tenant(), currentEpoch);
        Subject subject = Subject.of(actor);
        Circumstances circumstances = permit.circumstances(clock.millis());
        String path = permit.path().value();
        Verdict verdict = current.decide(subject, permit.permission(), path, circumstances);
        Match match = verdict.match();
        if (match == null) {
            throw new Explanation(current, subject, permit.permission(), path, circumstances).refusal(verdict, null);
        }
        return new Permit(
                permit.caller(),
                permit.permission(),
                permit.path(),
                false,
                current.epoch(),
                match,
                verdict.isLasting(),
                permit.askedAt());
    }

    /** What the holder of the permit may have done later; for a path of its own tenant. */
    public Mandate mandate(Permit permit) {
        if (permit.isShared()) {
            throw new IllegalArgumentException("a mandate is for a path of one's own");
        }
        return new Mandate(permit.caller(), permit.permission(), permit.path(), clock.instant());
    }

    /**
     * For work that is done now and was asked for before, in the right that who asked has now: by the policies and bindings of this moment, and under the conditions that held when it was asked for.
     *
     * @throws VaultException as {@link #require(Caller, Permission, SecretPath)}, when that right was withdrawn
     */
    public Permit require(Mandate mandate) {
        CompiledPolicies current = fresh(mandate.tenant());
        Subject subject = Subject.of(mandate.caller().actor());
        Circumstances circumstances = Circumstances.of(mandate.caller(), mandate.askedAt(), clock.millis());
        String path = mandate.path().value();
        Verdict verdict = current.decide(subject, mandate.permission(), path, circumstances);
        Match match = verdict.match();
        if (match == null) {
            throw new Explanation(current, subject, mandate.permission(), path, circumstances).refusal(verdict, null);
        }
        return new Permit(
                mandate.caller(),
                mandate.permission(),
                mandate.path(),
                false,
                current.epoch(),
                match,
                verdict.isLasting(),
                mandate.askedAt());
    }

    /**
     * For work that is done again and again, as {@link #require(Mandate)}: at each of its paths by the policies and bindings of that moment.
     *
     * @throws VaultException as {@link #require(Caller, Permission, SecretPath)}
     */
    public Permit require(StandingRight right, Permission permission, SecretPath path) {
        return require(right.at(permission, path));
    }

    /** The paths of its own tenant that whoever asked to be told may read, by the policies and bindings of this moment, and under the conditions that held when it was asked for. */
    public PathFilter readable(StandingRight right) {
        Caller caller = right.caller();
        return new PathFilter(
                caller,
                Permission.READ,
                OWN_SPACE,
                fresh(right.tenant()),
                Circumstances.of(caller, right.askedAt(), clock.millis()));
    }

    /**
     * The paths of its own tenant on which the caller has the permission, by the rules whose conditions hold now; empty only by the policies of this moment.
     */
    public PathFilter filter(Caller caller, Permission permission) {
        TenantId tenant = caller.actor().tenant();
        CompiledPolicies known = policies.known(tenant);
        PathFilter filter = known == null ? null : filter(caller, permission, OWN_SPACE, known);
        return filter == null || filter.isEmpty() ? filter(caller, permission, OWN_SPACE, fresh(tenant)) : filter;
    }

    /** For a caller of whom only the token is known. */
    public PathFilter filter(Actor actor, Permission permission) {
        return filter(Caller.fromSomewhere(actor), permission);
    }

    /** The same for the space that the actor's partner shares, with paths as they are there; by the policies of this moment. */
    public PathFilter filterShared(Caller caller, Permission permission) {
        return filter(caller, permission, SHARED_SPACE, fresh(caller.actor().tenant()));
    }

    /** For a caller of whom only the token is known. */
    public PathFilter filterShared(Actor actor, Permission permission) {
        return filterShared(Caller.fromSomewhere(actor), permission);
    }

    /**
     * The same filter when it still holds, and another to begin anew with when policies were changed.
     *
     * @param currentEpoch as for {@link #confirm(Permit, long)}
     */
    public PathFilter confirm(PathFilter filter, long currentEpoch) {
        TenantId tenant = filter.caller().actor().tenant();
        long epoch = filter.isShared() ? epochs.current(tenant) : currentEpoch;
        if (filter.policyEpoch() == epoch) {
            return filter;
        }
        String space = filter.isShared() ? SHARED_SPACE : OWN_SPACE;
        return filter(filter.caller(), filter.permission(), space, policies.at(tenant, epoch));
    }

    private PathFilter filter(Caller caller, Permission permission, String space, CompiledPolicies by) {
        return new PathFilter(caller, permission, space, by, Circumstances.of(caller, clock.millis()));
    }

    /**
     * What {@link #require} would answer, and why, by the policies of this moment.
     *
     * @param subject its groups are not known: only what is bound to itself counts
     * @param path a secret's, or a virtual one such as {@code partner/<path>}
     * @throws VaultException {@code invalid_path}
     */
    public Decision explain(
            TenantId tenant, IdentityId subject, Permission permission, String path, TestContext context) {
        Subject asked = new Subject(subject, Set.of(), context.paths());
        return new Explanation(fresh(tenant), asked, permission, legal(path), context.at(clock.instant())).inFull();
    }

    /**
     * Who is let in by what, by the policies of this moment: in the order of identities, of policies, of rules. Groups stand for their members, who are not known.
     *
     * @param path as for {@link #explain}
     * @param limit 1 or more
     * @param after where the page before ended
     * @throws VaultException {@code invalid_path}
     */
    public WhoCan whoCan(
            TenantId tenant, Permission permission, String path, int limit, WhoCan.@Nullable Position after) {
        return new GrantPage(fresh(tenant), limit, after, clock.millis()).of(permission, legal(path));
    }

    /** The path is checked as the endpoints check theirs; throws for what no request could name. */
    private static String legal(String path) {
        SecretPath checked =
                new SecretPath(path.startsWith(SHARED_SPACE) ? path.substring(SHARED_SPACE.length()) : path);
        return checked.value().length() == path.length() ? path : SHARED_SPACE + checked.value();
    }

    /** How often a tenant's policies were read anew since the start. */
    long policyReads() {
        return policies.compilations();
    }

    /** What was read before if it still holds, for one cheap query; else what holds now. */
    private CompiledPolicies fresh(TenantId tenant) {
        return policies.at(tenant, epochs.current(tenant));
    }
}
