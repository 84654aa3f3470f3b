package ai.scailabs.vault.identity.sync;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.jdbc.JobLock;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import javax.sql.DataSource;

/** What is to be done, over all tenants, as the worker sees it; and the lock that lets one instance at a time do it. */
final class SyncQueue {
    static final JobLock LOCK = new JobLock(0x5CA1_0000_0000_0002L);

    private static final String NEXT = """
            select tenant_id, sync_id from identity_sync
            where status in ('PENDING', 'RUNNING') and (retry_at is null or retry_at <= ?) order by started_at, sync_id limit 1
            """;

    private final DataSource worker;

    SyncQueue(DataSource worker) {
        this.worker = worker;
    }

    Connection connect() throws SQLException {
        return worker.getConnection();
    }

    /** The oldest that may be tried now. */
    static Optional<Due> next(Connection connection, Instant now) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(NEXT)) {
            statement.setObject(1, OffsetDateTime.ofInstant(now, ZoneOffset.UTC));
            try (ResultSet results = statement.executeQuery()) {
                return results.next()
                        ? Optional.of(new Due(new TenantId(results.getString(1)), results.getString(2)))
                        : Optional.empty();
            }
        }
    }

    /** When the last scheduled comparison was put down, by whichever instance. */
    static Optional<Instant> lastScheduled(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                        "select max(started_at) from identity_sync where trigger = 'schedule'");
                ResultSet results = statement.executeQuery()) {
            OffsetDateTime last = results.next() ? results.getObject(1, OffsetDateTime.class) : null;
            return Optional.ofNullable(last).map(OffsetDateTime::toInstant);
        }
    }

    record Due(TenantId space, String id) {}
}
