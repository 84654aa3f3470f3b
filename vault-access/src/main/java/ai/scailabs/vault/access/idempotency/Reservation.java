package ai.scailabs.vault.access.idempotency;

import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;

/** Whether a call is to be done, or was. */
public sealed interface Reservation {
    /** It is the first: its answer is to be kept, or its key given back. */
    final class First implements Reservation {
        final TenantId tenant;
        final PartnerId partner;
        final String id;
        final byte[] asked;

        First(TenantId tenant, PartnerId partner, String id, byte[] asked) {
            this.tenant = tenant;
            this.partner = partner;
            this.id = id;
            this.asked = asked;
        }
    }

    /** It was done. @param reply what it was answered, which whoever takes it closes */
    record Earlier(SensitiveBytes reply) implements Reservation {}
}
