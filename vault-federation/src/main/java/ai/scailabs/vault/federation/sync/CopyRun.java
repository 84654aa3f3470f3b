package ai.scailabs.vault.federation.sync;

import ai.scailabs.vault.federation.backend.Backend;
import ai.scailabs.vault.federation.backend.CopyPlan;
import ai.scailabs.vault.kernel.id.Ids;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

/**
 * A run as whoever took it found it.
 *
 * @param backend as it was then; a run of another revision is over
 * @param trigger {@code interval}, {@code request} or {@code change}
 * @param acceptDeletions whether it may delete more copies than not
 * @param position up to which path it is done; empty at its begin
 * @param attempts that failed in it
 * @param runsBefore that came to their end since the backend is as it is
 * @param taker by which it is held
 */
record CopyRun(
        Backend backend,
        UUID id,
        String trigger,
        Instant startedAt,
        boolean acceptDeletions,
        String position,
        int attempts,
        long runsBefore,
        UUID taker) {
    private static final String PREFIX = "sync_";

    CopyPlan plan() {
        return Objects.requireNonNull(backend.copying(), "a backend that is not copied");
    }

    /** Its id as the API writes it. */
    String text() {
        return text(id);
    }

    static String text(UUID id) {
        return Ids.text(PREFIX, id);
    }
}
