package ai.scailabs.vault.federation.sync;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How it stands with the copying of one backend.
 *
 * @param run the one that is not over; null between two, as are its trigger and begin
 * @param underWay whether somebody is at it at this moment
 * @param dueAt when a run begins or goes on
 * @param attempts that failed since the last run that came to its end
 * @param errorCode of the last attempt; null when it did not fail
 * @param lastRun that came to its end; null before there was one, as is what it did
 * @param counts what it did to how many
 * @param problems some of what it could not copy
 */
public record CopyState(
        @Nullable String run,
        @Nullable String trigger,
        @Nullable Instant startedAt,
        boolean underWay,
        Instant dueAt,
        int attempts,
        @Nullable String errorCode,
        @Nullable String errorMessage,
        @Nullable Instant failedAt,
        @Nullable String lastRun,
        @Nullable Instant lastFinishedAt,
        @Nullable Long lastMillis,
        Map<String, Long> counts,
        List<Problem> problems) {
    public CopyState {
        counts = Map.copyOf(counts);
        problems = List.copyOf(problems);
    }
}
