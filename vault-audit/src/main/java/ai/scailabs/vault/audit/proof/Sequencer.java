package ai.scailabs.vault.audit.proof;

import ai.scailabs.vault.audit.log.EntryRows;
import ai.scailabs.vault.audit.log.RecordedEntry;
import ai.scailabs.vault.persistence.jdbc.JobLock;
import ai.scailabs.vault.persistence.jdbc.JobTransaction;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends every entry of the log to the tree of its tenant, once. Of all instances the one with the lock does so. An entry bears the number of the transaction that wrote it; below the oldest transaction
 * that is open nothing can appear any more, and so far, step by step, the sequencer goes. A step is one transaction: leaves, subtrees, heads and the place reached, or nothing.
 */
public final class Sequencer {
    private static final Logger LOG = LoggerFactory.getLogger(Sequencer.class);
    private static final JobLock LOCK = new JobLock(0x5CA1_0000_0000_0005L);

    /** Of a step. Each has up to a thousand entries. */
    private static final int MAX_TRANSACTIONS = 1_024;

    private static final int FETCH_SIZE = 2_048;
    private static final int MAX_WAITING = 65_536;

    /** Where one transaction brought more entries than are read in the ordinary time, such as all of before there were trees. */
    private static final Duration PATIENCE = Duration.ofMinutes(30);

    private static final String PLACE = """
            select s.position, s.recount, txid_snapshot_xmin(n.snapshot) + s.base, txid_snapshot_xmax(n.snapshot) + s.base,
                (select min(a.written_in) from audit_log a where a.written_in >= s.position),
                (select max(a.written_in) from audit_log a)
            from audit_sequence s, (select txid_current_snapshot() as snapshot) n
            """;

    private static final String ENTRIES = "select " + EntryRows.COLUMNS + """
             from audit_log a where a.written_in >= ? and a.written_in < ?
            order by a.tenant_id, a.occurred_at, a.log_id
            """;

    /** Of a database that was restored elsewhere: written before its numbers went on from where the log ended. */
    private static final String LEFT_OUT = "select " + EntryRows.COLUMNS + """
             from audit_log a
            left join (select l.tenant_id, u.log_id from audit_leaves l cross join lateral unnest(l.log_ids) as u (log_id)) known
                on known.tenant_id = a.tenant_id and known.log_id = a.log_id
            where a.written_in >= ? and a.written_in < ? and known.log_id is null
            order by a.tenant_id, a.occurred_at, a.log_id
            """;

    private final DataSource worker;
    private final SequencedEntries also;
    private final Clock clock;
    private final LongAdder leaves = new LongAdder();
    private volatile @Nullable Instant caughtUpAt;
    private volatile boolean stopping;
    private boolean patient;
    private boolean troubled;

    /**
     * @param worker logs in as the worker role; connections in auto-commit mode
     * @param also is shown what was appended
     */
    public Sequencer(DataSource worker, SequencedEntries also, Clock clock) {
        this.worker = worker;
        this.also = also;
        this.clock = clock;
    }

    /** Appends what there is now; returns when that is done, another instance is at it, or the database does not serve. Not to be called by two threads at once. */
    public void run() {
        try (Connection connection = worker.getConnection()) {
            if (LOCK.take(connection)) {
                try {
                    boolean more = true;
                    while (more && !stopping) {
                        more = JobTransaction.run(connection, this::step);
                    }
                    caughtUpAt = more ? caughtUpAt : clock.instant();
                } finally {
                    LOCK.release(connection);
                }
            } else {
                // Whoever has the lock tells how far it is.
                caughtUpAt = null;
            }
            patient = false;
            troubled = false;
        } catch (SQLException unavailable) {
            patient = !patient;
            if (!troubled) {
                LOG.warn("the trees of the audit log wait for the database: {}", unavailable.toString());
            }
            troubled = true;
        }
    }

    /** Ends {@link #run} after the step that is being done. */
    public void stop() {
        stopping = true;
    }

    /** Entries appended by this instance since its start. */
    public long leafCount() {
        return leaves.sum();
    }

    /** When this instance last saw that nothing was left to append; absent while another does the work. */
    public @Nullable Instant caughtUpAt() {
        return caughtUpAt;
    }

    /** False when there is nothing more to do. */
    private boolean step(Connection connection) throws SQLException {
        Instant lookedAt = clock.instant();
        Place place = place(connection);
        if (place.isOfAnotherDatabase()) {
            numberOn(connection, place);
            return true;
        }
        if (place.recount()) {
            append(connection, LEFT_OUT, 0, place.position());
            moveTo(connection, place.position(), lookedAt);
            return true;
        }
        long first = place.firstWritten();
        if (first >= place.settled()) {
            return false;
        }
        long to = Math.min(place.settled(), first + MAX_TRANSACTIONS);
        append(connection, ENTRIES, first, to);
        moveTo(connection, to, lookedAt);
        return to < place.settled();
    }

    /** All that follows in the transaction sees what this statement sees. */
    private Place place(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("set transaction isolation level repeatable read");
            if (patient) {
                statement.execute("set local statement_timeout = " + PATIENCE.toMillis());
                connection.setNetworkTimeout(Runnable::run, (int) PATIENCE.toMillis());
            }
            try (ResultSet row = statement.executeQuery(PLACE)) {
                row.next();
                return new Place(
                        row.getLong(1),
                        row.getBoolean(2),
                        row.getLong(3),
                        row.getLong(4),
                        row.getObject(5, Long.class) instanceof Long first ? first : Long.MAX_VALUE,
                        row.getLong(6));
            }
        }
    }

    private void numberOn(Connection connection, Place place) throws SQLException {
        // What was written until the lock is held shall be seen.
        connection.rollback();
        try (PreparedStatement statement = connection.prepareStatement("select audit_number_on(?)")) {
            statement.setLong(1, place.lastWritten());
            statement.executeQuery().close();
        }
        LOG.warn(
                "this database was restored from another: the audit log's transactions are numbered on from {}",
                Math.max(place.position(), place.lastWritten()));
    }

    private void append(Connection connection, String sql, long from, long to) throws SQLException {
        GrowingTrees trees = new GrowingTrees(connection);
        List<RecordedEntry> shown = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setFetchSize(FETCH_SIZE);
            statement.setLong(1, from);
            statement.setLong(2, to);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    RecordedEntry entry = EntryRows.read(row);
                    trees.add(entry);
                    shown.add(entry);
                    if (shown.size() == FETCH_SIZE) {
                        also.add(connection, shown);
                        shown.clear();
                    }
                    if (trees.waitingCount() == MAX_WAITING) {
                        trees.write();
                    }
                }
            }
        }
        if (!shown.isEmpty()) {
            also.add(connection, shown);
        }
        if (trees.waitingCount() > 0) {
            trees.write();
        }
        leaves.add(trees.appended());
    }

    private void moveTo(Connection connection, long position, Instant lookedAt) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("update audit_sequence set position = ?, recount = false")) {
            statement.setLong(1, position);
            statement.executeUpdate();
        }
        also.settled(connection, position, lookedAt);
    }

    /**
     * @param position every transaction below was looked at
     * @param settled every transaction below has ended
     * @param unborn no transaction from here on has begun
     * @param firstWritten the first that wrote an entry, from the position on
     * @param lastWritten the last that wrote an entry
     */
    private record Place(
            long position, boolean recount, long settled, long unborn, long firstWritten, long lastWritten) {
        boolean isOfAnotherDatabase() {
            return position > unborn || lastWritten >= unborn;
        }
    }
}
