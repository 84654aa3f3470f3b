package ai.scailabs.vault.pki.dns;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A provider as a caller wishes it.
 *
 * @param credentials a JSON object; stays the caller's
 * @param active null for yes
 * @param verify whether the zones must be there; null for yes
 */
public record ProviderDraft(
        @Nullable String name,
        @Nullable String type,
        @Nullable SensitiveBytes credentials,
        List<String> managedZones,
        @Nullable Boolean active,
        @Nullable Boolean verify) {
    @Override
    public String toString() {
        return "ProviderDraft[…]";
    }
}
