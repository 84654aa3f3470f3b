package ai.scailabs.vault.api.secrets;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The bodies of the batch endpoints. */
final class BatchRequests {
    private static final int MAX_PATHS = 100;

    private BatchRequests() {}

    record Read(@Nullable List<String> paths, @Nullable Options options) {
        List<SecretPath> secretPaths() {
            List<SecretPath> parsed = new ArrayList<>();
            for (String path : required(paths)) {
                // The text may be a secret that slipped into the wrong place: its index is named, not itself.
                if (!SecretPath.isLegal(path)) {
                    throw new VaultException(
                            ErrorCode.INVALID_PATH, "A path of the batch is malformed", Map.of("index", parsed.size()));
                }
                parsed.add(new SecretPath(path));
            }
            return parsed;
        }

        boolean includeMetadata() {
            return options != null && Boolean.TRUE.equals(options.includeMetadata());
        }

        boolean failFast() {
            return options != null && Boolean.TRUE.equals(options.failFast());
        }

        @Nullable
        Integer version() {
            Integer version = options == null ? null : options.version();
            if (version != null && version < 1) {
                throw VaultException.invalidField("options.version", "must be a version, from 1");
            }
            return version;
        }
    }

    record Options(
            @Nullable Boolean includeMetadata,
            @Nullable Boolean failFast,
            @Nullable Integer version) {}

    record Metadata(@Nullable List<String> paths, @Nullable Boolean expandWildcards) {
        List<String> given() {
            return required(paths);
        }

        boolean expand() {
            return Boolean.TRUE.equals(expandWildcards);
        }
    }

    private static List<String> required(@Nullable List<String> paths) {
        if (paths == null || paths.isEmpty() || paths.size() > MAX_PATHS || paths.contains(null)) {
            throw VaultException.invalidField("paths", "must be a list of 1 to " + MAX_PATHS + " paths");
        }
        return paths;
    }
}
