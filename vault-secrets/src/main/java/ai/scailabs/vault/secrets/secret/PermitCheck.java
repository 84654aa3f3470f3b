package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;

/** Whether a permit is for what is being done, and still holds under the epoch that came with the data. */
final class PermitCheck {
    private final AccessControl access;

    PermitCheck(AccessControl access) {
        this.access = access;
    }

    /** @throws IllegalArgumentException when the permit is for something else, which no request can bring about */
    static void requireFor(Permit permit, Permission permission, SecretSpace space, SecretPath path) {
        if (permit.permission() != permission
                || !permit.owner().equals(space.owner())
                || !permit.path().equals(path)) {
            throw new IllegalArgumentException("the permit is for something else");
        }
    }

    /**
     * To be called before anything is revealed or changed.
     *
     * @throws VaultException {@code tenant_access_denied} when the space is suspended, {@code access_denied} when the permit was withdrawn
     */
    void confirm(Permit permit, long epoch, boolean active) {
        if (!active) {
            throw SecretRefusals.suspended();
        }
        // What is shared is read by the policies of this very request. Before a change its body came, however long that
        // took.
        boolean reads = permit.permission() == Permission.READ || permit.permission() == Permission.LIST;
        if (!permit.isShared() || !reads) {
            access.confirm(permit, epoch);
        }
    }

    /** Whether the caller may know that a deleted secret can be restored. */
    boolean mayWrite(Permit permit) {
        return access.allows(permit, Permission.WRITE);
    }
}
