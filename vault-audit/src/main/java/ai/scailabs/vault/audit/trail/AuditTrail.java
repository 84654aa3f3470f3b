package ai.scailabs.vault.audit.trail;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.persistence.jdbc.GroupCommitter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Appends entries of reads, lists and refusals. One committer takes what is queued, writes it in one transaction and wakes all who wait for it; there is
 * no timer, so a lone entry waits for one commit only. The queue is bounded: when the database cannot take rows, callers are refused. Thread-safe.
 *
 * <p>Changes do not come here: their entry is part of their own transaction ({@link AuditRows}).
 */
public final class AuditTrail implements AutoCloseable {
    private static final int QUEUE_CAPACITY = 8_192;
    private static final int MAX_BATCH = 1_024;
    private static final String DATA_EXCEPTION = "22";

    private final DataSource dataSource;
    private final GroupCommitter<Waiting> committer;
    private final LongAdder rows = new LongAdder();
    private final LongAdder batches = new LongAdder();
    private final LongAdder failures = new LongAdder();

    /** @param dataSource connections in auto-commit mode that may insert rows of every tenant; one is used at a time */
    public AuditTrail(DataSource dataSource) {
        this.dataSource = dataSource;
        this.committer = new GroupCommitter<>("audit-committer", 1, QUEUE_CAPACITY, MAX_BATCH, this::commit);
    }

    /**
     * Queues the entry; returns at once.
     *
     * @throws VaultException {@code service_unavailable} when the queue is full or the trail is closed
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
        if (!committer.offer(new Waiting(entry, premise, receipt))) {
            failures.increment();
            throw new VaultException(
                    ErrorCode.SERVICE_UNAVAILABLE, "The audit log cannot keep up, so nothing is answered");
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
        return failures.sum();
    }

    /** Whatever happens, every waiter is told. */
    private void commit(List<Waiting> batch) {
        try {
            insert(batch);
        } catch (Throwable failure) {
            if (batch.size() > 1 && isAboutOneRow(failure)) {
                batch.forEach(waiting -> commit(List.of(waiting)));
            } else {
                failures.add(batch.size());
                batch.forEach(waiting -> waiting.receipt().failed(failure));
            }
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
        try (Connection connection = dataSource.getConnection()) {
            leftOut = statement.insert(connection);
        }
        rows.add(batch.size() - leftOut.size());
        batches.increment();
        leftOut.forEach(index -> batch.get(index).receipt().leftOut());
        batch.forEach(waiting -> waiting.receipt().durable());
    }

    /** Commits what is queued, then stops. */
    @Override
    public void close() {
        committer.close();
    }

    private record Waiting(AuditEntry entry, @Nullable Premise premise, AuditReceipt receipt) {}
}
