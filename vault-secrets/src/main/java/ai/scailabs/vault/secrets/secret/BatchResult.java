package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Values by path, and why others are not here. Closing wipes every value.
 *
 * @param aborted whether the first error ended the batch: then there are no values, and one error
 */
public record BatchResult(
        Map<SecretPath, RevealedSecret> secrets, Map<SecretPath, VaultException> errors, boolean aborted)
        implements AutoCloseable {
    public BatchResult {
        secrets = Collections.unmodifiableMap(new LinkedHashMap<>(secrets));
        errors = Collections.unmodifiableMap(new LinkedHashMap<>(errors));
    }

    @Override
    public void close() {
        secrets.values().forEach(RevealedSecret::close);
    }
}
