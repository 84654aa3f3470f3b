package ai.scailabs.vault.audit.proof;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.jdbc.JobLock;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Signs the heads of all trees that have grown. Of all instances the one with the lock does so. A tenant that is suspended is left out until it is active again. */
public final class CheckpointJob {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointJob.class);
    private static final JobLock LOCK = new JobLock(0x5CA1_0000_0000_0006L);
    private static final int PAGE = 500;

    private static final String GROWN = """
            select t.tenant_id, t.partner_id
            from audit_tree_head h join tenant t on t.tenant_id = h.tenant_id
            where t.status = 'active' and h.tenant_id > ?
                and h.tree_size > coalesce(
                    (select c.tree_size from audit_checkpoint c where c.tenant_id = h.tenant_id order by c.tree_size desc limit 1), 0)
            order by h.tenant_id limit ?
            """;

    private final DataSource worker;
    private final Checkpoints checkpoints;
    private final Turns<Grown> turns = new Turns<>(Grown::tenant);
    private final LongAdder signed = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private volatile boolean stopping;

    /** @param worker logs in as the worker role; connections in auto-commit mode */
    public CheckpointJob(DataSource worker, Checkpoints checkpoints) {
        this.worker = worker;
        this.checkpoints = checkpoints;
    }

    /** One pass over all tenants. When several fail in a row it is the root key, and the rest wait for the next. */
    public void run() throws SQLException, InterruptedException {
        try (Connection connection = worker.getConnection()) {
            if (LOCK.take(connection)) {
                try {
                    pass(connection);
                } finally {
                    LOCK.release(connection);
                }
            }
        }
    }

    /** Ends {@link #run} after the signature that is being made. */
    public void stop() {
        stopping = true;
    }

    private void pass(Connection connection) throws SQLException, InterruptedException {
        turns.pass(
                after -> {
                    JobLock.requireHeld(connection);
                    return grown(connection, after);
                },
                this::sign,
                () -> stopping);
    }

    private boolean sign(Grown log) {
        try {
            checkpoints.newest(log.tenant(), log.partner());
            signed.increment();
            return true;
        } catch (VaultException failure) {
            failed.increment();
            LOG.warn(
                    "the log of {} is not signed: {}",
                    log.tenant(),
                    failure.code().code());
            return false;
        }
    }

    private static List<Grown> grown(Connection connection, String after) throws SQLException {
        List<Grown> page = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(GROWN)) {
            statement.setString(1, after);
            statement.setInt(2, PAGE);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    page.add(new Grown(new TenantId(row.getString(1)), new PartnerId(row.getString(2))));
                }
            }
        }
        return page;
    }

    /** Heads signed by this instance since its start. */
    public long signedCount() {
        return signed.sum();
    }

    /** Heads that could not be signed. */
    public long failedCount() {
        return failed.sum();
    }

    private record Grown(TenantId tenant, PartnerId partner) {}
}
