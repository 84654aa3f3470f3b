package ai.scailabs.vault.federation.sync;

import ai.scailabs.vault.kernel.path.SecretPath;
import org.jspecify.annotations.Nullable;

/**
 * What became of one path.
 *
 * @param copy to be noted; absent when nothing is another than noted
 * @param forgotten whether what was noted is not a copy any more
 * @param conflict that was found, or found again
 * @param news whether the conflict is another than was noted
 * @param settled whether a conflict that was noted is none any more
 * @param problem why it was not copied
 */
record PathOutcome(
        SecretPath path,
        @Nullable Copy copy,
        boolean forgotten,
        @Nullable Conflict conflict,
        boolean news,
        boolean settled,
        @Nullable Problem problem) {
    static PathOutcome unchanged(SecretPath path) {
        return new PathOutcome(path, null, false, null, false, false, null);
    }

    static PathOutcome noted(Copy copy) {
        return new PathOutcome(copy.path(), copy, false, null, false, false, null);
    }

    static PathOutcome forgotten(SecretPath path) {
        return new PathOutcome(path, null, true, null, false, false, null);
    }

    static PathOutcome differs(Conflict conflict, boolean news) {
        return new PathOutcome(conflict.path(), null, true, conflict, news, false, null);
    }

    static PathOutcome failed(SecretPath path, String code) {
        return new PathOutcome(path, null, false, null, false, false, new Problem(path.value(), code));
    }

    /** The same, of a path of which a conflict was noted: of what could not be looked at, it stays. */
    PathOutcome after(Conflict noted) {
        if (conflict != null) {
            return this;
        }
        return problem == null
                ? new PathOutcome(path, copy, forgotten, null, false, true, null)
                : new PathOutcome(path, copy, forgotten, noted, false, false, problem);
    }
}
