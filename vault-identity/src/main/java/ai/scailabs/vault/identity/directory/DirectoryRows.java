package ai.scailabs.vault.identity.directory;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;

/** From columns to entries. */
final class DirectoryRows {
    private DirectoryRows() {}

    static PartnerEntry partner(ResultSet row) throws SQLException {
        return new PartnerEntry(
                row.getString("tenant_id"),
                row.getString("name"),
                row.getString("slug"),
                row.getString("region"),
                row.getString("status"),
                time(row, "last_synced_at"));
    }

    static TenantEntry tenant(ResultSet row) throws SQLException {
        return new TenantEntry(
                row.getString("listed_id"),
                row.getString("tenant_id"),
                row.getString("name"),
                row.getString("slug"),
                row.getString("status"),
                time(row, "last_synced_at"));
    }

    static UserEntry user(ResultSet row) throws SQLException {
        return new UserEntry(
                row.getString("user_id"),
                row.getString("tenant_id"),
                row.getString("email"),
                row.getString("identity_id"),
                row.getString("display_name"),
                row.getString("status"),
                row.getObject("mfa_enabled", Boolean.class),
                texts(row, "groups"),
                texts(row, "roles"),
                time(row, "last_synced_at"));
    }

    static GroupEntry group(ResultSet row) throws SQLException {
        return new GroupEntry(
                row.getString("group_id"),
                row.getString("tenant_id"),
                row.getString("name"),
                row.getString("identity_id"),
                row.getString("description"),
                row.getLong("member_count"),
                row.getString("status"),
                time(row, "last_synced_at"));
    }

    static MemberEntry member(ResultSet row) throws SQLException {
        OffsetDateTime addedAt = row.getObject("added_at", OffsetDateTime.class);
        return new MemberEntry(
                row.getString("user_id"),
                row.getString("email"),
                row.getString("membership_type"),
                addedAt == null ? null : addedAt.toInstant());
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static List<String> texts(ResultSet row, String column) throws SQLException {
        Array array = row.getArray(column);
        return List.of((String[]) array.getArray());
    }
}
