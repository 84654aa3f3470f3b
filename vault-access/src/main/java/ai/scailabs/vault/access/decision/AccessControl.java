package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.access.policy.PolicySnapshots;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides by the policies of the actor's tenant. Who has no rule and who has none that fits get the same answer, and nobody's answer depends on whether
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

    /** @throws VaultException {@code access_denied} */
    public Permit require(Actor actor, Permission permission, SecretPath path) {
        Subject subject = Subject.of(actor);
        long now = clock.millis();
        CompiledPolicies known = policies.known(actor.tenant());
        Match match = known == null ? null : known.match(subject, permission, path.value(), now);
        if (known == null || match == null) {
            known = fresh(actor.tenant());
            match = known.match(subject, permission, path.value(), now);
        }
        return permit(actor, permission, path, false, known.epoch(), match);
    }

    /**
     * For a secret that the actor's partner shares: by a rule for {@code partner/<path>} in the actor's own tenant; to do anything but read and list takes the
     * partner administrator's role as well. The permit rests on the policies of this moment.
     *
     * @throws VaultException {@code access_denied}
     */
    public Permit requireShared(Actor actor, Permission permission, SecretPath path) {
        CompiledPolicies current = fresh(actor.tenant());
        Match match = mayTry(actor, permission)
                ? current.match(Subject.of(actor), permission, SHARED_SPACE + path.value(), clock.millis())
                : null;
        return permit(actor, permission, path, true, current.epoch(), match);
    }

    private static boolean mayTry(Actor actor, Permission permission) {
        return switch (permission) {
            case READ, LIST -> true;
            case WRITE, DELETE, ROTATE, ADMIN -> actor.hasRole(Actor.PARTNER_ADMIN);
        };
    }

    /**
     * The permit, if the policies of this epoch give it too.
     *
     * @param currentEpoch of the actor's tenant, as it came with the data or was read in the transaction of the change; ignored for a shared path, whose owner's
     *     epoch says nothing about the actor's policies: there it is read again
     * @throws VaultException {@code access_denied} when it was withdrawn
     */
    public Permit confirm(Permit permit, long currentEpoch) {
        if (permit.isShared()) {
            return epochs.current(permit.actor().tenant()) == permit.policyEpoch()
                    ? permit
                    : requireShared(permit.actor(), permit.permission(), permit.path());
        }
        if (permit.policyEpoch() == currentEpoch) {
            return permit;
        }
        Actor actor = permit.actor();
        CompiledPolicies current = policies.at(actor.tenant(), currentEpoch);
        Match match = current.match(
                Subject.of(actor), permit.permission(), permit.path().value(), clock.millis());
        return permit(actor, permit.permission(), permit.path(), false, current.epoch(), match);
    }

    /** The paths of its own tenant on which the actor has the permission; empty only by the policies of this moment. */
    public PathFilter filter(Actor actor, Permission permission) {
        CompiledPolicies known = policies.known(actor.tenant());
        PathFilter filter = known == null ? null : filter(actor, permission, OWN_SPACE, known);
        return filter == null || filter.isEmpty()
                ? filter(actor, permission, OWN_SPACE, fresh(actor.tenant()))
                : filter;
    }

    /** The same for the space that the actor's partner shares, with paths as they are there; by the policies of this moment. */
    public PathFilter filterShared(Actor actor, Permission permission) {
        return filter(actor, permission, SHARED_SPACE, fresh(actor.tenant()));
    }

    /**
     * The same filter when it still holds, and another to begin anew with when policies were changed.
     *
     * @param currentEpoch as for {@link #confirm(Permit, long)}
     */
    public PathFilter confirm(PathFilter filter, long currentEpoch) {
        Actor actor = filter.actor();
        long epoch = filter.isShared() ? epochs.current(actor.tenant()) : currentEpoch;
        if (filter.policyEpoch() == epoch) {
            return filter;
        }
        String space = filter.isShared() ? SHARED_SPACE : OWN_SPACE;
        return filter(actor, filter.permission(), space, policies.at(actor.tenant(), epoch));
    }

    private PathFilter filter(Actor actor, Permission permission, String space, CompiledPolicies by) {
        return new PathFilter(
                actor, permission, space, by.epoch(), by.granting(Subject.of(actor), permission, clock.millis()));
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
        // The path is checked as the endpoints check theirs; throws for what no request could name.
        SecretPath checked =
                new SecretPath(path.startsWith(SHARED_SPACE) ? path.substring(SHARED_SPACE.length()) : path);
        String asked = checked.value().length() == path.length() ? path : SHARED_SPACE + checked.value();
        Instant at = context.timestamp() == null ? clock.instant() : context.timestamp();
        return explain(tenant, new Subject(subject, Set.of()), permission, asked, at);
    }

    Decision explain(TenantId tenant, Subject subject, Permission permission, String path, Instant at) {
        return fresh(tenant).explain(subject, permission, path, at.toEpochMilli());
    }

    /** How often a tenant's policies were read anew since the start, for metrics. */
    public long policyReads() {
        return policies.compilations();
    }

    /** What was read before if it still holds, for one cheap query; else what holds now. */
    private CompiledPolicies fresh(TenantId tenant) {
        return policies.at(tenant, epochs.current(tenant));
    }

    private static Permit permit(
            Actor actor, Permission permission, SecretPath path, boolean shared, long epoch, @Nullable Match match) {
        if (match == null) {
            throw new VaultException(
                    ErrorCode.ACCESS_DENIED, "No policy allows this", Map.of("permission", permission.wireName()));
        }
        return new Permit(actor, permission, path, shared, epoch, match);
    }
}
