package ai.scailabs.vault.audit.log;

import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The trail of one tenant, newest entry first. */
public final class AuditLog {
    private static final String SELECT = "select " + EntryRows.COLUMNS + """
             from audit_log a
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

    private static final String SELECT_ONE = "select " + EntryRows.COLUMNS + """
             from audit_log a
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
                (row, number) -> EntryRows.read(row),
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
                    tenant,
                    SELECT_ONE,
                    (row, number) -> EntryRows.read(row),
                    tenant.value(),
                    madeAt.minus(apart),
                    madeAt.plus(apart),
                    id);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }
}
