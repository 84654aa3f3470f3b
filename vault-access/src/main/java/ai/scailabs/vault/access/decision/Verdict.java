package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.kernel.error.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a decision. When only conditions stood in the way, the one named is what was missing where the least was missing: a second factor before the time
 * of day before the place. So {@code mfa_required} means that a second factor would do.
 *
 * @param match present exactly when allowed
 * @param isLasting whether nothing but a change of the policies ends it: no condition, no binding that lapses
 * @param failed the condition that stood between an otherwise fitting rule and the access; absent when there is no such rule
 */
record Verdict(
        @Nullable Match match, boolean isLasting, @Nullable Condition failed) {
    static final Verdict NO_RULE = new Verdict(null, false, null);

    /** What a request is refused with; only when there is no match. */
    ErrorCode code() {
        return failed == null ? ErrorCode.ACCESS_DENIED : failed.code();
    }
}
