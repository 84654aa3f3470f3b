package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.identity.Workload;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.path.PathGlob;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whom bindings may name: an identity and the groups it is in.
 *
 * @param paths to which its token was narrowed; null when it was not
 */
record Subject(
        IdentityId identity,
        Set<IdentityId> groups,
        @Nullable List<PathGlob> paths) {

    Subject(IdentityId identity, Set<IdentityId> groups) {
        this(identity, groups, null);
    }

    static Subject of(Actor actor) {
        Workload workload = actor.workload();
        return new Subject(
                actor.identity(),
                actor.groups(),
                workload == null || workload.paths().isEmpty() ? null : workload.paths());
    }

    /** Whether the token reaches the path: what it does not reach no policy allows. */
    boolean reaches(String path) {
        return paths == null || isAmong(paths, path);
    }

    private static boolean isAmong(List<PathGlob> paths, String path) {
        for (PathGlob each : paths) {
            if (each.matches(path)) {
                return true;
            }
        }
        return false;
    }
}
