package ai.scailabs.vault.secrets.mount;

import ai.scailabs.vault.kernel.path.SecretPath;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The mounts of one tenant, no two of which cover the same path. Thread-safe. */
public interface MountTable {
    MountTable EMPTY = new MountTable() {
        @Override
        public @Nullable Mount covering(SecretPath path) {
            return null;
        }

        @Override
        public List<Mount> all() {
            return List.of();
        }
    };

    /** Null for a path of our own. */
    @Nullable
    Mount covering(SecretPath path);

    List<Mount> all();
}
