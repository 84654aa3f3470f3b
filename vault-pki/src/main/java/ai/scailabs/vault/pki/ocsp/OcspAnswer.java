package ai.scailabs.vault.pki.ocsp;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What goes back to whoever asked.
 *
 * @param der an OCSPResponse
 * @param thisUpdate when its statuses were so; absent where nobody may keep the answer
 * @param nextUpdate until when it may be kept
 */
public record OcspAnswer(
        byte[] der, @Nullable Instant thisUpdate, @Nullable Instant nextUpdate) {
    /** For this question alone. */
    static OcspAnswer once(byte[] der) {
        return new OcspAnswer(der, null, null);
    }

    @Override
    public String toString() {
        return "OcspAnswer[" + der.length + " octets]";
    }
}
