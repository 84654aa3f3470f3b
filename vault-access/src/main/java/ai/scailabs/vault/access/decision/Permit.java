package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Proof that a caller may do one thing at one path, by the policies of an epoch. Only {@link AccessControl} makes it. It is for one request: whoever holds it
 * lets it be {@linkplain AccessControl#confirm confirmed} with the epoch that came with the data before anything is revealed or changed.
 */
public final class Permit {
    private final Caller caller;
    private final Permission permission;
    private final SecretPath path;
    private final boolean shared;
    private final long policyEpoch;
    private final Match match;
    private final boolean lasting;
    private final @Nullable Instant askedAt;

    Permit(
            Caller caller,
            Permission permission,
            SecretPath path,
            boolean shared,
            long policyEpoch,
            Match match,
            boolean lasting) {
        this(caller, permission, path, shared, policyEpoch, match, lasting, null);
    }

    /** @param askedAt when the work was asked for that is done now; absent for a request */
    Permit(
            Caller caller,
            Permission permission,
            SecretPath path,
            boolean shared,
            long policyEpoch,
            Match match,
            boolean lasting,
            @Nullable Instant askedAt) {
        this.caller = caller;
        this.permission = permission;
        this.path = path;
        this.shared = shared;
        this.policyEpoch = policyEpoch;
        this.match = match;
        this.lasting = lasting;
        this.askedAt = askedAt;
    }

    public Actor actor() {
        return caller.actor();
    }

    public Permission permission() {
        return permission;
    }

    /** Within the space of the {@link #owner()}. */
    public SecretPath path() {
        return path;
    }

    /** Whether the path lies in the space that the actor's partner shares. */
    public boolean isShared() {
        return shared;
    }

    /** Whose secret it is: the actor's tenant, or the space that its partner shares. */
    public TenantId owner() {
        return shared ? TenantId.sharedBy(actor().partner()) : actor().tenant();
    }

    /** The epoch of the actor's tenant whose policies were asked. */
    public long policyEpoch() {
        return policyEpoch;
    }

    /** The rule that allowed. */
    public Match match() {
        return match;
    }

    Caller caller() {
        return caller;
    }

    /** In which it is decided again. */
    Circumstances circumstances(long millis) {
        return askedAt == null ? Circumstances.of(caller, millis) : Circumstances.of(caller, askedAt, millis);
    }

    @Nullable
    Instant askedAt() {
        return askedAt;
    }

    /** Whether it ends only by a change of the policies: it rests on no condition, and on no binding that lapses. */
    boolean isLasting() {
        return lasting;
    }

    @Override
    public String toString() {
        return "Permit[" + permission.wireName() + " for " + actor().identity() + " by " + match.policyId() + "]";
    }
}
