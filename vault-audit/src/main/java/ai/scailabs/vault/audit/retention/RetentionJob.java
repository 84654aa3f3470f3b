package ai.scailabs.vault.audit.retention;

import ai.scailabs.vault.audit.proof.KeptSubtrees;
import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.jdbc.JobLock;
import ai.scailabs.vault.persistence.jdbc.JobTransaction;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends entries that are kept no longer, month by month, the oldest first, and tells so in the logs of their tenants. Of all instances the one with the lock does so. */
public final class RetentionJob {
    private static final Logger LOG = LoggerFactory.getLogger(RetentionJob.class);
    private static final JobLock LOCK = new JobLock(0x5CA1_0000_0000_0008L);
    private static final IdentityId RETENTION = new IdentityId("system:audit-retention");

    /** Other tenants' entries of the month may have to be written anew. */
    private static final Duration PATIENCE = Duration.ofHours(2);

    private static final String MONTHS = """
            select distinct to_date(right(c.relname, 7), 'YYYY_MM') from pg_inherits i join pg_class c on c.oid = i.inhrelid
            where i.inhparent in ('audit_log'::regclass, 'audit_leaves'::regclass)
                and to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' + make_interval(days => ?) <= ?::date
            order by 1
            """;

    private final DataSource worker;
    private final int defaultDays;
    private final AuditEntries entries;
    private final Ids ids;
    private final Clock clock;

    /**
     * @param worker logs in as the worker role; connections in auto-commit mode
     * @param defaultDays for tenants that have decided nothing
     */
    public RetentionJob(DataSource worker, int defaultDays, AuditEntries entries, Ids ids, Clock clock) {
        this.worker = worker;
        this.defaultDays = defaultDays;
        this.entries = entries;
        this.ids = ids;
        this.clock = clock;
    }

    /** One pass over the months that somebody may keep no longer; each is a transaction, and one that fails keeps no other from its end. */
    public void run() throws SQLException, InterruptedException {
        try (Connection connection = worker.getConnection()) {
            if (LOCK.take(connection)) {
                try {
                    for (LocalDate month : months(connection)) {
                        JobLock.requireHeld(connection);
                        end(connection, month);
                    }
                } finally {
                    LOCK.release(connection);
                }
            }
        }
    }

    private void end(Connection connection, LocalDate month) {
        try {
            KeptSubtrees.keep(connection, month);
            JobTransaction.run(connection, each -> retire(each, month));
        } catch (SQLException failure) {
            LOG.warn("the entries of the audit log of {} could not be ended", month, failure);
        }
    }

    private List<LocalDate> months(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(MONTHS)) {
            statement.setInt(1, Retention.MIN_DAYS);
            statement.setObject(2, LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC));
            List<LocalDate> months = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    months.add(row.getObject(1, LocalDate.class));
                }
            }
            return months;
        }
    }

    private long retire(Connection connection, LocalDate month) throws SQLException {
        patiently(connection);
        long retired = 0;
        try (PreparedStatement statement =
                        connection.prepareStatement("select retired_tenant, retired_entries from audit_retire(?, ?)");
                PreparedStatement told = connection.prepareStatement(AuditRows.INSERT)) {
            statement.setObject(1, month);
            statement.setInt(2, defaultDays);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    tell(told, new TenantId(row.getString(1)), month, row.getLong(2));
                    retired += row.getLong(2);
                }
            }
            told.executeBatch();
        }
        if (retired > 0) {
            LOG.info("{} entries of the audit log of {} have ended", retired, month);
        }
        return retired;
    }

    private static void patiently(Connection connection) throws SQLException {
        connection.setNetworkTimeout(Runnable::run, (int) PATIENCE.toMillis());
        try (Statement statement = connection.createStatement()) {
            statement.execute("set local statement_timeout = " + PATIENCE.toMillis());
        }
    }

    private void tell(PreparedStatement statement, TenantId tenant, LocalDate month, long count) throws SQLException {
        Attempt attempt = new Attempt(
                tenant,
                AuditAction.AUDIT_RETIRE,
                RETENTION,
                null,
                null,
                null,
                null,
                ids.next("req_"),
                System.nanoTime());
        AuditRows.bind(
                statement,
                1,
                entries.succeeded(attempt)
                        .withExtra(Map.of("month", month.toString().substring(0, 7), "entries", count)));
        statement.addBatch();
    }
}
