package ai.scailabs.vault.secrets.listing;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.secrets.mount.MountSource;
import ai.scailabs.vault.secrets.secret.SecretView;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Secrets without their values, and why others are not here.
 *
 * @param mounted those in other vaults that a pattern found
 * @param unavailable vaults that did not answer, where a pattern may have found more
 * @param errors by the paths that were asked for by name; a pattern that matches nothing is no error
 * @param truncated whether the patterns match more than is shown
 */
public record MetadataBatch(
        Map<SecretPath, SecretView> secrets,
        List<MountedPath> mounted,
        Map<SecretPath, VaultException> errors,
        List<MountSource> unavailable,
        boolean truncated) {
    public static final int MAX_PATHS = 100;

    public MetadataBatch {
        secrets = Collections.unmodifiableMap(new LinkedHashMap<>(secrets));
        mounted = List.copyOf(mounted);
        unavailable = List.copyOf(unavailable);
        errors = Collections.unmodifiableMap(new LinkedHashMap<>(errors));
    }
}
