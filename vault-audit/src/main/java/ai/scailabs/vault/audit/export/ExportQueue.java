package ai.scailabs.vault.audit.export;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.jdbc.JobLock;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import javax.sql.DataSource;

/** What is to be exported, over all tenants, as the worker sees it; and the lock that lets one instance at a time do it. */
final class ExportQueue {
    static final JobLock LOCK = new JobLock(0x5CA1_0000_0000_0007L);

    /** Those that are open take turns. Of a tenant that is suspended or erased nothing leaves. */
    private static final String NEXT = """
            select e.tenant_id, e.export_id from audit_export e join tenant t on t.tenant_id = e.tenant_id
            where e.status in ('PENDING', 'RUNNING') and (e.retry_at is null or e.retry_at <= ?) and t.status = 'active'
            order by e.touched_at, e.export_id limit 1
            """;

    private static final String FIGURES = """
            select count(*) filter (where status in ('PENDING', 'RUNNING')),
                count(*) filter (where status in ('PENDING', 'RUNNING') and held_up is not null),
                coalesce(extract(epoch from ?::timestamptz - min(coalesce(part_began_at, created_at)) filter (where continuous and status in ('PENDING', 'RUNNING'))), 0)
            from audit_export where status in ('PENDING', 'RUNNING')
            """;

    private final DataSource worker;

    ExportQueue(DataSource worker) {
        this.worker = worker;
    }

    Connection connect() throws SQLException {
        return worker.getConnection();
    }

    /** The one that has waited longest of those that may go on now. */
    static Optional<Due> next(Connection connection, Instant now) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(NEXT)) {
            statement.setObject(1, now.atOffset(ZoneOffset.UTC));
            try (ResultSet results = statement.executeQuery()) {
                return results.next()
                        ? Optional.of(new Due(new TenantId(results.getString(1)), results.getString(2)))
                        : Optional.empty();
            }
        }
    }

    static Figures figures(Connection connection, Instant now) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FIGURES)) {
            statement.setObject(1, now.atOffset(ZoneOffset.UTC));
            try (ResultSet results = statement.executeQuery()) {
                results.next();
                return new Figures(
                        results.getLong(1), results.getLong(2), Duration.ofSeconds(Math.max(0, results.getLong(3))));
            }
        }
    }

    record Due(TenantId tenant, String id) {}

    /**
     * @param open exports that are not over
     * @param heldUp those of them whose last attempt failed
     * @param lag since the continuous export that is furthest behind last took down where the log ended
     */
    record Figures(long open, long heldUp, Duration lag) {
        static final Figures NONE = new Figures(0, 0, Duration.ZERO);
    }
}
