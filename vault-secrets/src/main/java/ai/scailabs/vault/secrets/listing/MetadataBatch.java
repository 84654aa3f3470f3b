package ai.scailabs.vault.secrets.listing;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.secrets.secret.SecretView;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Secrets without their values, and why others are not here.
 *
 * @param errors by the paths that were asked for by name; a pattern that matches nothing is no error
 * @param truncated whether the patterns match more than is shown
 */
public record MetadataBatch(
        Map<SecretPath, SecretView> secrets, Map<SecretPath, VaultException> errors, boolean truncated) {
    public static final int MAX_PATHS = 100;

    public MetadataBatch {
        secrets = Collections.unmodifiableMap(new LinkedHashMap<>(secrets));
        errors = Collections.unmodifiableMap(new LinkedHashMap<>(errors));
    }
}
