package ai.scailabs.vault.pki.crl;

import ai.scailabs.vault.kernel.id.TenantId;
import java.time.Instant;
import java.util.UUID;

/**
 * The right to make the lists of an authority, until another takes it from one that does not renew it.
 *
 * @param number that all of them get
 * @param begun to the second
 */
record Lease(TenantId tenant, UUID authority, UUID builder, long number, Instant begun) {
    /** Somebody else makes them now: what was made is for nobody. */
    static final class Lost extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Lost() {
            super("the lists are made elsewhere", null, false, false);
        }
    }
}
