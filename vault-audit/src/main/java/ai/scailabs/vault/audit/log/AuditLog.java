package ai.scailabs.vault.audit.log;

import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The trail of one tenant, newest entry first. */
public final class AuditLog {
    private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};
    private static final JsonMapper JSON = JsonMapper.shared();

    private static final String COLUMNS = """
            select log_id, occurred_at, action, identity_type, identity_id, tenant_id, acting_tenant_id, secret_path, source_ip, user_agent,
                   success, error_code, duration_ms, request_id, extra_data
            from audit_log
            """;

    private static final String SELECT = COLUMNS + """
            where tenant_id = ?
              and occurred_at >= coalesce(?::timestamptz, '-infinity')
              and occurred_at < coalesce(?::timestamptz, 'infinity')
              and (occurred_at, log_id) < (coalesce(?::timestamptz, 'infinity'), coalesce(?::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
              and (?::text[] is null or action = any (?::text[]))
              and (?::text is null or identity_id = ?::text)
              and (?::text is null or identity_type = ?::text)
              and (?::text is null or starts_with(secret_path, ?::text))
              and (?::boolean is null or success = ?::boolean)
              and (?::text is null or source_ip = ?::text)
              and (?::text is null or request_id = ?::text)
            order by occurred_at desc, log_id desc
            limit ?
            """;

    private static final String SELECT_ONE = COLUMNS + """
            where tenant_id = ? and occurred_at between ? and ? and log_id = ?
            """;

    /** An id is made in the same moment as the entry's time; only a clock that was set back lets them differ by more. */
    private static final List<Duration> APART = List.of(Duration.ofMillis(50), Duration.ofSeconds(15));

    private final TenantTransactions tenants;

    public AuditLog(TenantTransactions tenants) {
        this.tenants = tenants;
    }

    /** At most {@code query.limit()} entries. */
    public List<RecordedEntry> find(TenantId tenant, AuditQuery query) {
        AuditPosition after = query.after();
        String @Nullable [] actions = query.actions().isEmpty()
                ? null
                : query.actions().stream().map(AuditAction::wireName).toArray(String[]::new);
        return tenants.query(
                tenant,
                SELECT,
                AuditLog::entry,
                tenant.value(),
                query.from(),
                query.to(),
                after == null ? null : after.occurredAt(),
                after == null ? null : after.id(),
                actions,
                actions,
                query.identityId(),
                query.identityId(),
                query.identityType(),
                query.identityType(),
                query.pathPrefix(),
                query.pathPrefix(),
                query.success(),
                query.success(),
                query.sourceIp(),
                query.sourceIp(),
                query.requestId(),
                query.requestId(),
                query.limit());
    }

    /** The entry of the id, by a short range of the primary key. */
    public Optional<RecordedEntry> find(TenantId tenant, UUID id) {
        Instant madeAt = Ids.madeAt(id);
        for (Duration apart : APART) {
            Optional<RecordedEntry> found = tenants.queryOne(
                    tenant, SELECT_ONE, AuditLog::entry, tenant.value(), madeAt.minus(apart), madeAt.plus(apart), id);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static RecordedEntry entry(ResultSet row, int number) throws SQLException {
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
