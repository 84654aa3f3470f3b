package ai.scailabs.vault.audit.summary;

import ai.scailabs.vault.audit.log.RecordedEntry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

/**
 * Adds entries to the counts and slices that summaries and questions use. Every entry is to be added once, in a transaction that also remembers that it was; one at a time for the
 * whole installation. What it costs depends on tenants and minutes rather than on entries.
 */
public final class AuditRollup {
    /** An entry bears a time from before its transaction began to write, which it does within the longest that a statement may take, or not at all. */
    private static final Duration LATE = Duration.ofSeconds(20);

    /** What waits to be added was written by the first such transaction at the earliest. */
    private static final String COUNTED_BEFORE = """
            update audit_counted set counted_before = greatest(counted_before, least(?::timestamptz, (
                select min(a.occurred_at) from audit_log a
                where a.written_in = (select min(w.written_in) from audit_log w where w.written_in >= ?))) - ?::bigint * interval '1 second')
            """;

    private AuditRollup() {}

    /**
     * @param worker logs in as the worker; in a transaction, which the caller ends
     * @param entries of any tenants, in any order; some thousands at most
     */
    public static void add(Connection worker, List<RecordedEntry> entries) throws SQLException {
        if (!entries.isEmpty()) {
            EntryCounts minutes = EntryCounts.byMinute(entries);
            minutes.addToMinutes(worker);
            minutes.byDay().addToDays(worker);
            new SliceWriter(worker).add(entries);
        }
    }

    /**
     * Tells readers how far they may rely on it. Until it is called for the first time nobody does.
     *
     * @param worker as in {@link #add}, after the last of its entries
     * @param writtenBelow all entries have been added that were written by transactions of lower numbers
     * @param now from before those entries were looked for
     */
    public static void settled(Connection worker, long writtenBelow, Instant now) throws SQLException {
        try (PreparedStatement statement = worker.prepareStatement(COUNTED_BEFORE)) {
            statement.setObject(1, now.atOffset(ZoneOffset.UTC));
            statement.setLong(2, writtenBelow);
            statement.setLong(3, LATE.toSeconds());
            statement.executeUpdate();
        }
    }
}
