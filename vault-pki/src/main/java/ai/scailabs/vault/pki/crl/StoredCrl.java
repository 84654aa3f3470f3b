package ai.scailabs.vault.pki.crl;

import ai.scailabs.vault.kernel.id.TenantId;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A list that lies ready.
 *
 * @param part which of the authority's, from 0
 * @param baseNumber of a list of changes: since which
 * @param sizeBytes of the DER
 * @param sha256 over the DER
 * @param pieces that its DER lies in
 */
public record StoredCrl(
        TenantId tenant,
        UUID id,
        UUID authority,
        int generation,
        int part,
        long number,
        @Nullable Long baseNumber,
        Instant thisUpdate,
        Instant nextUpdate,
        long entries,
        long sizeBytes,
        byte[] sha256,
        int pieces) {
    boolean isDelta() {
        return baseNumber != null;
    }

    @Override
    public String toString() {
        return "StoredCrl[" + number + ", " + entries + " entries]";
    }
}
