package ai.scailabs.vault.server.jobs;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** Looks how much room the audit log takes, so that somebody sees it grow before there is none left. */
public final class AuditLogSize {
    private final DataSource worker;
    private volatile double bytes = Double.NaN;

    public AuditLogSize(DataSource worker) {
        this.worker = worker;
    }

    /** With its indexes, all partitions together. */
    public void look() throws SQLException {
        try (Connection connection = worker.getConnection();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(
                        "select sum(pg_total_relation_size(relid)) from pg_partition_tree('public.audit_log')")) {
            if (found.next()) {
                bytes = found.getDouble(1);
            }
        }
    }

    /** As it was last seen; not a number before that. */
    public double bytes() {
        return bytes;
    }
}
