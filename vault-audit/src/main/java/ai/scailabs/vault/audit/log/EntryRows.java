package ai.scailabs.vault.audit.log;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.UUID;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** What every query of entries selects, and how a row of it is read. */
public final class EntryRows {
    /** Of {@code audit_log}, which the query calls {@code a}. */
    public static final String COLUMNS =
            "a.log_id, a.occurred_at, a.action, a.identity_type, a.identity_id, a.tenant_id, a.acting_tenant_id, a.secret_path, a.source_ip, a.user_agent, "
                    + "a.success, a.error_code, a.duration_ms, a.request_id, a.extra_data";

    private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};
    private static final JsonMapper JSON = JsonMapper.shared();

    private EntryRows() {}

    /** The row that stands there, whose first columns are {@link #COLUMNS}. */
    public static RecordedEntry read(ResultSet row) throws SQLException {
        String extra = row.getString(15);
        return new RecordedEntry(
                row.getObject(1, UUID.class),
                row.getObject(2, OffsetDateTime.class).toInstant(),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                row.getString(9),
                row.getString(10),
                row.getBoolean(11),
                row.getString(12),
                row.getInt(13),
                row.getString(14),
                extra == null ? Map.of() : JSON.readValue(extra, MAP));
    }
}
