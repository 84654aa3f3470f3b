package ai.scailabs.vault.api.request;

import ai.scailabs.vault.api.answer.Answer;
import org.jspecify.annotations.Nullable;

/**
 * What a controller returns whose answer may come later. Until then nothing of the request but its connection to the caller is held.
 *
 * @param attempt makes the answer
 * @param waiting for what the attempt could not find
 */
public record DeferredAnswer(Attempt attempt, Waiting waiting) {
    /** May be asked again. */
    @FunctionalInterface
    public interface Attempt {
        /**
         * Null when it is too early to answer.
         *
         * @param last whether there is no later: it answers
         */
        @Nullable
        Answer answer(boolean last);
    }

    /** Returns at once. */
    @FunctionalInterface
    public interface Waiting {
        /** @param wake to be called once, with whether it was the last time; it does not wait for anything */
        void await(Wake wake);
    }

    /** Lets the attempt be made again. */
    @FunctionalInterface
    public interface Wake {
        void up(boolean last);
    }
}
