package ai.scailabs.vault.pki.dns;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to be another at a provider; null is as before. Credentials take the place of the old ones as a whole, so that nobody has a key sent to a server that was not named together with it.
 *
 * @param credentials a JSON object; stays the caller's
 * @param verify whether the zones must be there; null for yes where credentials or zones change
 */
public record ProviderChange(
        @Nullable SensitiveBytes credentials,
        @Nullable List<String> managedZones,
        @Nullable Boolean active,
        @Nullable Boolean verify) {
    @Override
    public String toString() {
        return "ProviderChange[…]";
    }
}
