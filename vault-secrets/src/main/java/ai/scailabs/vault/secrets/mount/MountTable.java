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

    /** Who alone changes what lies at the path: the vault that is mounted there, or whose secrets are copied there. Null for a path that is written here. */
    default @Nullable MountSource sourceOf(SecretPath path) {
        Mount mount = covering(path);
        return mount == null ? null : mount.source();
    }

    /** By which the path may be written all the same; null where it may not, or needs no other vault. */
    default @Nullable Passage passageTo(SecretPath path) {
        return null;
    }

    List<Mount> all();
}
