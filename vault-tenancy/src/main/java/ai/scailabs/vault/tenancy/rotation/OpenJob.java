package ai.scailabs.vault.tenancy.rotation;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.kernel.id.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * A job that is under way.
 *
 * @param wanted the root keys that are to wrap, with a space between; absent where that does not matter
 * @param revision of its row, by which a step notices that another has been done meanwhile
 * @param failures in a row
 */
record OpenJob(KeyJob job, State state, @Nullable String wanted, long revision, int failures) {

    TenantId space() {
        return job.space();
    }

    /**
     * What changes with a step.
     *
     * @param position behind which it goes on; empty at the beginning
     * @param barrier the transaction that made the generation; absent before
     * @param again whether something has changed while it was looked at
     */
    record State(
            KeyJobStep step,
            String position,
            @Nullable Long barrier,
            boolean again,
            @Nullable KeyId keyId,
            @Nullable Long total,
            long succeeded,
            long failed,
            @Nullable String problem) {
        static State of(KeyJobStep step) {
            return new State(step, "", null, false, null, null, 0, 0, null);
        }

        State at(KeyJobStep next) {
            return new State(next, "", barrier, again, keyId, total, succeeded, failed, problem);
        }

        State behind(String reached) {
            return new State(step, reached, barrier, again, keyId, total, succeeded, failed, problem);
        }

        State made(KeyId generation, long transaction) {
            return new State(step, position, transaction, again, generation, total, succeeded, failed, problem);
        }

        State outOf(long all) {
            return new State(step, position, barrier, again, keyId, all, succeeded, failed, problem);
        }

        /** @param unsettled something has changed while it was looked at */
        State counting(long moreSucceeded, long moreFailed, boolean unsettled) {
            return new State(
                    step,
                    position,
                    barrier,
                    again || unsettled,
                    keyId,
                    total,
                    succeeded + moreSucceeded,
                    failed + moreFailed,
                    problem);
        }

        /** From the beginning, where everything is looked at again that is not done. @param done what counts as such */
        State anew(long done) {
            return new State(KeyJobStep.PASS, "", barrier, false, keyId, total, done, 0, null);
        }

        State noting(@Nullable String words) {
            return new State(step, position, barrier, again, keyId, total, succeeded, failed, words);
        }
    }
}
