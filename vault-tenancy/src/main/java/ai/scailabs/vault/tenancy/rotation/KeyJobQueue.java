package ai.scailabs.vault.tenancy.rotation;

import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.jdbc.JobLock;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** What is to be done, over all tenants, as the worker sees it; and the lock that lets one instance at a time do it. */
final class KeyJobQueue {
    static final JobLock LOCK = new JobLock(0x5CA1_0000_0000_0003L);

    /** All that are open take turns, step by step. */
    private static final String NEXT = """
            select tenant_id, job_id from key_job
            where status in ('PENDING', 'RUNNING') and (retry_at is null or retry_at <= ?) order by touched_at, job_id limit 1
            """;

    /** What failed, or left something behind, is not tried at once again. */
    private static final String NOT_JUST_TRIED = """
            not exists (
                select from key_job j where j.tenant_id = %1$s and j.kind = '%2$s'
                    and (j.status in ('PENDING', 'RUNNING')
                        or j.finished_at > ?::timestamptz - interval '1 hour'
                        or j.failed > 0 and j.finished_at > ?::timestamptz - interval '1 day'))
            """;

    private static final String AGED_TENANT =
            "select k.tenant_id from tenant_key k join tenant t on t.tenant_id = k.tenant_id"
                    + " where k.state = 'active' and k.created_at < ? and t.status = 'active' and "
                    + NOT_JUST_TRIED.formatted("k.tenant_id", "rotate_tenant") + " order by k.created_at limit 1";

    private static final String AGED_PARTNER = "select k.partner_id from partner_key k"
            + " where k.state = 'active' and k.created_at < ? and "
            + NOT_JUST_TRIED.formatted("k.partner_id", "rotate_partner") + " order by k.created_at limit 1";

    private static final String LEFT_IN_TENANT = "select k.tenant_id from tenant_key k"
            + " where k.state = 'retired' and k.emptied_at is null and k.tenant_id > ? and "
            + NOT_JUST_TRIED.formatted("k.tenant_id", "rotate_tenant") + " order by k.tenant_id limit 1";

    private static final String LEFT_IN_PARTNER = "select k.partner_id from partner_key k"
            + " where k.state = 'retired' and k.emptied_at is null and k.partner_id > ? and "
            + NOT_JUST_TRIED.formatted("k.partner_id", "rotate_partner") + " order by k.partner_id limit 1";

    private final DataSource worker;

    KeyJobQueue(DataSource worker) {
        this.worker = worker;
    }

    Connection connect() throws SQLException {
        return worker.getConnection();
    }

    /** The one that has waited longest of those that may go on now. */
    static Optional<Due> next(Connection connection, Instant now) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(NEXT)) {
            statement.setObject(1, utc(now));
            try (ResultSet results = statement.executeQuery()) {
                return results.next()
                        ? Optional.of(new Due(new TenantId(results.getString(1)), results.getString(2)))
                        : Optional.empty();
            }
        }
    }

    /** The tenant whose key is the oldest of those that were made before that time. */
    static Optional<TenantId> agedTenant(Connection connection, Instant before, Instant now) throws SQLException {
        return space(connection, AGED_TENANT, utc(before), utc(now), utc(now));
    }

    /** As {@link #agedTenant} of partners: the space that it shares. */
    static Optional<TenantId> agedPartner(Connection connection, Instant before, Instant now) throws SQLException {
        return space(connection, AGED_PARTNER, utc(before), utc(now), utc(now));
    }

    /** A tenant that has a retired generation of which nobody knows that nothing is left under it. */
    static Optional<TenantId> leftInTenant(Connection connection, String after, Instant now) throws SQLException {
        return space(connection, LEFT_IN_TENANT, after, utc(now), utc(now));
    }

    static Optional<TenantId> leftInPartner(Connection connection, String after, Instant now) throws SQLException {
        return space(connection, LEFT_IN_PARTNER, after, utc(now), utc(now));
    }

    private static Optional<TenantId> space(Connection connection, String sql, Object... arguments)
            throws SQLException {
        List<TenantId> spaces = spaces(connection, sql, arguments);
        return spaces.isEmpty() ? Optional.empty() : Optional.of(spaces.getFirst());
    }

    /** The first tenants of the partner behind that one, the shared space among them. */
    static List<TenantId> tenantsOf(Connection connection, PartnerId partner, String after, int limit)
            throws SQLException {
        return spaces(
                connection,
                "select tenant_id from tenant where partner_id = ? and tenant_id > ? order by tenant_id limit ?",
                partner.value(),
                after,
                limit);
    }

    /** The first tenants of all behind that one. */
    static List<TenantId> tenants(Connection connection, String after, int limit) throws SQLException {
        return spaces(
                connection,
                "select tenant_id from tenant where tenant_id > ? order by tenant_id limit ?",
                after,
                limit);
    }

    /** How many keys of partners are not wrapped by exactly these root keys. @param rootKeyIds with a space between */
    static long wrappedByOthers(Connection connection, String rootKeyIds) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "select count(*) from partner_key k, string_to_array(?, ' ') w where not (k.root_key_ids @> w and k.root_key_ids <@ w) and k.state <> 'destroyed'")) {
            statement.setString(1, rootKeyIds);
            try (ResultSet results = statement.executeQuery()) {
                return results.next() ? results.getLong(1) : 0;
            }
        }
    }

    static Figures figures(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                        select (select max(finished_at) from key_job where status = 'COMPLETED'),
                            (select min(created_at) from key_job where status in ('PENDING', 'RUNNING'))
                        """);
                ResultSet results = statement.executeQuery()) {
            results.next();
            return new Figures(time(results, 1), time(results, 2));
        }
    }

    private static List<TenantId> spaces(Connection connection, String sql, Object... arguments) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < arguments.length; i++) {
                statement.setObject(i + 1, arguments[i]);
            }
            List<TenantId> spaces = new ArrayList<>();
            try (ResultSet results = statement.executeQuery()) {
                while (results.next()) {
                    spaces.add(new TenantId(results.getString(1)));
                }
            }
            return spaces;
        }
    }

    private static @Nullable Instant time(ResultSet results, int column) throws SQLException {
        OffsetDateTime time = results.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static OffsetDateTime utc(Instant instant) {
        return OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
    }

    record Due(TenantId space, String id) {}

    /**
     * @param lastCompleted absent before the first
     * @param oldestOpen absent when none is open
     */
    record Figures(
            @Nullable Instant lastCompleted, @Nullable Instant oldestOpen) {}
}
