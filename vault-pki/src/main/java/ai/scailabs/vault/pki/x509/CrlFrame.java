package ai.scailabs.vault.pki.x509;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a list says besides its entries (RFC 5280 §5.1, §5.2).
 *
 * @param number greater than every number that a list of this authority has had
 * @param baseNumber of a list of changes: of the complete list since which it tells
 * @param thisUpdate to the second
 * @param nextUpdate to the second
 * @param distributionPoint of one list among several: where it is, as the certificates that it is for say it; null for a list of all that the key signed
 * @param freshest where the list of changes is; none of a list of changes
 */
public record CrlFrame(
        IssuerView issuer,
        long number,
        @Nullable Long baseNumber,
        Instant thisUpdate,
        Instant nextUpdate,
        @Nullable String distributionPoint,
        List<String> freshest) {
    public CrlFrame {
        freshest = List.copyOf(freshest);
    }

    boolean isDelta() {
        return baseNumber != null;
    }
}
