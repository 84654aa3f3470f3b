package ai.scailabs.vault.secrets.version;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the versions of a secret, newest first, never their values. Thread-safe. */
public final class VersionHistory {
    private static final String PAGE = """
            select t.epoch, t.status = 'active', s.current_version, s.deleted_at is not null,
                v.version, v.secret_type, v.created_at, v.created_by, v.client, v.reason, v.destroyed_at, v.destroyed_by, v.readable_until
            from tenant t
            left join secret s on s.tenant_id = t.tenant_id and s.path = ?
            left join lateral (
                select v.version, v.secret_type, v.created_at, v.created_by, v.client, v.reason, v.destroyed_at, v.destroyed_by, v.readable_until
                from secret_version v
                where v.tenant_id = s.tenant_id and v.path = s.path and v.version < ?
                order by v.version desc
                limit ?
            ) v on true
            where t.tenant_id = ?
            order by v.version desc
            """;

    private final TenantTransactions tenants;

    public VersionHistory(TenantTransactions tenants) {
        this.tenants = tenants;
    }

    /** @param afterVersion where the page before ended; absent for the first page */
    public StoredHistory page(TenantId owner, SecretPath path, int limit, @Nullable Integer afterVersion) {
        int below = afterVersion == null ? Integer.MAX_VALUE : afterVersion;
        List<Row> rows =
                tenants.query(owner, PAGE, (row, number) -> Row.of(row), path.value(), below, limit + 1, owner.value());
        if (rows.isEmpty()) {
            return new StoredHistory(0, true, false, false, new VersionPage(List.of(), null));
        }
        Row first = rows.getFirst();
        List<VersionView> versions = new ArrayList<>(rows.size());
        for (Row row : rows) {
            if (row.version() != null && versions.size() < limit) {
                versions.add(row.version());
            }
        }
        Integer nextAfter = rows.size() > limit ? versions.getLast().version() : null;
        return new StoredHistory(
                first.epoch(),
                first.active(),
                first.currentVersion() > 0,
                first.softDeleted(),
                new VersionPage(versions, nextAfter));
    }

    /**
     * What one statement found.
     *
     * @param active false while the owner is suspended
     */
    public record StoredHistory(long epoch, boolean active, boolean exists, boolean softDeleted, VersionPage page) {}

    private record Row(
            long epoch,
            boolean active,
            int currentVersion,
            boolean softDeleted,
            @Nullable VersionView version) {
        static Row of(ResultSet row) throws SQLException {
            int currentVersion = row.getInt(3);
            return new Row(
                    row.getLong(1), row.getBoolean(2), currentVersion, row.getBoolean(4), view(row, currentVersion));
        }

        private static @Nullable VersionView view(ResultSet row, int currentVersion) throws SQLException {
            int version = row.getInt(5);
            if (version == 0) {
                return null;
            }
            return new VersionView(
                    version,
                    row.getString(6),
                    version == currentVersion,
                    row.getObject(7, OffsetDateTime.class).toInstant(),
                    row.getString(8),
                    row.getString(9),
                    row.getString(10),
                    instantOrNull(row, 11),
                    row.getString(12),
                    instantOrNull(row, 13));
        }

        private static @Nullable Instant instantOrNull(ResultSet row, int column) throws SQLException {
            OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
            return time == null ? null : time.toInstant();
        }
    }
}
