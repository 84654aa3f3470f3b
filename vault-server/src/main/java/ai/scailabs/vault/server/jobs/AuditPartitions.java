package ai.scailabs.vault.server.jobs;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the audit log's monthly partitions a year ahead. */
public final class AuditPartitions {
    private static final Logger LOG = LoggerFactory.getLogger(AuditPartitions.class);

    private final DataSource worker;

    public AuditPartitions(DataSource worker) {
        this.worker = worker;
    }

    public void create() throws SQLException {
        try (Connection connection = worker.getConnection();
                Statement statement = connection.createStatement();
                ResultSet made = statement.executeQuery("select audit_create_partitions(12)")) {
            if (made.next() && made.getInt(1) > 0) {
                LOG.info("made {} partitions of the audit log", made.getInt(1));
            }
        }
    }
}
