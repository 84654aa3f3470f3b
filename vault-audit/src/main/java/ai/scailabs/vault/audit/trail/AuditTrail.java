package ai.scailabs.vault.audit.trail;

import ai.scailabs.vault.persistence.jdbc.GroupCommitter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends entries of reads, lists and refusals. One committer takes what is queued, writes it in one transaction and wakes all who wait for it; there is
 * no timer, so a lone entry waits for one commit only. The queue is bounded: when the database cannot take rows, callers are refused. Thread-safe.
 *
 * <p>Changes do not come here: their entry is part of their own transaction ({@link AuditRows}).
 */
public final class AuditTrail implements AutoCloseable {
    /** How many entries may wait for a commit. */
    public static final int QUEUE_CAPACITY = 8_192;

    private static final Logger LOG = LoggerFactory.getLogger(AuditTrail.class);
    private static final int MAX_BATCH = 1_024;
    private static final String DATA_EXCEPTION = "22";

    private final DataSource dataSource;
    private final GroupCommitter<Waiting> committer;
    private final LongAdder rows = new LongAdder();
    private final LongAdder batches = new LongAdder();
    private final Map<Obstacle, LongAdder> failures = new EnumMap<>(Obstacle.class);
    private final TrailObserver observer;
    /** Absent while commits succeed. The committer's alone to write. */
    private volatile @Nullable Obstacle obstacle;

    /** @param dataSource connections in auto-commit mode that may insert rows of every tenant; one is used at a time */
    public AuditTrail(DataSource dataSource) {
        this(dataSource, TrailObserver.NOBODY);
    }

    /** As {@link #AuditTrail(DataSource)}, heard by the observer. */
    public AuditTrail(DataSource dataSource, TrailObserver observer) {
        for (Obstacle each : Obstacle.values()) {
            failures.put(each, new LongAdder());
        }
        this.dataSource = dataSource;
        this.observer = observer;
        this.committer = new GroupCommitter<>("audit-committer", 1, QUEUE_CAPACITY, MAX_BATCH, this::commit);
    }

    /**
     * Queues the entry; returns at once.
     *
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code service_unavailable} when the queue is full or the trail is closed
     */
    public AuditReceipt append(AuditEntry entry) {
        return enqueue(entry, null);
    }

    /** As {@link #append}, but the entry is written only if the premise holds at that moment: {@link AuditReceipt#holds()} tells. */
    public AuditReceipt appendIf(Premise premise, AuditEntry entry) {
        return enqueue(entry, premise);
    }

    private AuditReceipt enqueue(AuditEntry entry, @Nullable Premise premise) {
        AuditReceipt receipt = new AuditReceipt();
        if (!committer.offer(new Waiting(entry, premise, receipt, System.nanoTime()))) {
            count(Obstacle.QUEUE_FULL, 1);
            throw Obstacle.QUEUE_FULL.refusal();
        }
        return receipt;
    }

    /** Entries that wait for a commit now. */
    public int queueDepth() {
        return committer.depth();
    }

    /** Entries made durable since the start. */
    public long rowCount() {
        return rows.sum();
    }

    /** Commits that carried them. */
    public long batchCount() {
        return batches.sum();
    }

    /** Entries that could not be made durable. */
    public long failureCount() {
        return failures.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** Those of them that it was because of. */
    public long failureCount(Obstacle because) {
        LongAdder count = failures.get(because);
        return count == null ? 0 : count.sum();
    }

    /** What the last commit failed of; absent when it succeeded. */
    public @Nullable Obstacle obstacle() {
        return obstacle;
    }

    /** Whatever happens, every waiter is told. */
    private void commit(List<Waiting> batch) {
        try {
            insert(batch);
        } catch (Throwable failure) {
            if (batch.size() > 1 && isAboutOneRow(failure)) {
                batch.forEach(waiting -> commit(List.of(waiting)));
            } else {
                refuse(batch, failure);
            }
        }
    }

    private void refuse(List<Waiting> batch, Throwable failure) {
        Obstacle found = Obstacle.of(failure);
        batch.forEach(waiting -> waiting.receipt().failed(found));
        count(found, batch.size());
        if (isAboutOneRow(failure)) {
            // Its message may quote the row.
            LOG.error("the audit log cannot take an entry: {}", ((SQLException) failure).getSQLState());
        } else if (found != obstacle) {
            // Once, and not for each of those who are refused meanwhile.
            LOG.error("the audit log takes no entries, requests are refused: {}", found.wireName(), failure);
            obstacle = found;
        }
    }

    private void count(Obstacle because, int entries) {
        LongAdder count = failures.get(because);
        if (count != null) {
            count.add(entries);
        }
    }

    /** A value that PostgreSQL does not take, in a row that some caller brought: the others of the batch must not suffer for it. */
    private static boolean isAboutOneRow(Throwable failure) {
        return failure instanceof SQLException refusal
                && refusal.getSQLState() != null
                && refusal.getSQLState().startsWith(DATA_EXCEPTION);
    }

    private void insert(List<Waiting> batch) throws SQLException {
        AuditBatch statement = new AuditBatch();
        batch.forEach(waiting -> statement.add(waiting.entry(), waiting.premise()));
        List<Integer> leftOut;
        long begunNanos = System.nanoTime();
        try (Connection connection = dataSource.getConnection()) {
            leftOut = statement.insert(connection);
        }
        rows.add(batch.size() - leftOut.size());
        batches.increment();
        leftOut.forEach(index -> batch.get(index).receipt().leftOut());
        batch.forEach(waiting -> waiting.receipt().durable());
        tell(batch, leftOut.size(), begunNanos);
    }

    /** After everybody has been woken. */
    private void tell(List<Waiting> batch, int leftOut, long begunNanos) {
        if (obstacle != null) {
            LOG.info("the audit log takes entries again");
            obstacle = null;
        }
        long now = System.nanoTime();
        try {
            observer.committed(batch.size() - leftOut, now - begunNanos);
            for (int i = 0; i < batch.size(); i++) {
                observer.waited(now - batch.get(i).queuedNanos());
            }
        } catch (RuntimeException unheard) {
            // The entries are durable and their callers know: nothing of that changes.
            LOG.warn("a commit of the audit log was not measured", unheard);
        }
    }

    /** Commits what is queued, then stops. */
    @Override
    public void close() {
        committer.close();
    }

    private record Waiting(AuditEntry entry, @Nullable Premise premise, AuditReceipt receipt, long queuedNanos) {}
}
