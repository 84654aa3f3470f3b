package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import org.jspecify.annotations.Nullable;

/** Makes the next version of a secret from the current one. It may be asked again when somebody else was faster. */
@FunctionalInterface
public interface NextValue {
    /**
     * @param before absent for the first version
     * @param current a JSON object in UTF-8, closed by whoever asks; absent for the first version, and where it was destroyed
     * @return whose data whoever asks closes
     */
    SecretDraft after(@Nullable SecretView before, @Nullable SensitiveBytes current);
}
