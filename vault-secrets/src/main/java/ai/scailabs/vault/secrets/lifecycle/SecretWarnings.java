package ai.scailabs.vault.secrets.lifecycle;

import ai.scailabs.vault.audit.expiry.ExpiryNotices;
import ai.scailabs.vault.audit.expiry.ExpiryWarning;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Tells the audit log, once each, of secrets that are about to expire, by their own {@code notify_before}, and of those that have expired. Of several thresholds that have passed the nearest is told. Thread-safe. */
public final class SecretWarnings {
    /** Nobody warns earlier than a year before; what expired longer ago than a day is no news. */
    private static final String DUE = ExpiryNotices.FOUND + """
            select s.tenant_id, 'secret' as kind, s.path as subject, s.expires_at, passed.threshold,
                s.current_version, s.secret_type, (s.metadata -> 'tags')::text as tags
            from secret s
            cross join lateral (
                select case when s.expires_at <= ?::timestamptz then '0' else (
                    select b.before from unnest(s.notify_before) as b (before)
                    where s.expires_at - b.before::interval <= ?::timestamptz order by b.before::interval limit 1) end as threshold
            ) passed
            where s.tenant_id = ? and s.expires_at > ?::timestamptz - interval '1 day' and s.expires_at <= ?::timestamptz + interval '366 days'
                and s.deleted_at is null and passed.threshold is not null
            """ + ExpiryNotices.TOLD;

    private final ExpiryNotices notices;

    public SecretWarnings(ExpiryNotices notices) {
        this.notices = notices;
    }

    /** Returns when nothing of the tenant is left to be told now. */
    public void tell(TenantId tenant) {
        notices.tell(tenant, SecretWarnings::due);
    }

    private static List<ExpiryWarning> due(TenantTransaction tx, Instant now, int most) {
        return tx.query(DUE, SecretWarnings::warning, now, now, tx.tenant().value(), now, now, most);
    }

    private static ExpiryWarning warning(ResultSet row, int number) throws SQLException {
        String threshold = row.getString("threshold");
        Map<String, Object> about = new HashMap<>();
        about.put("version", row.getInt("current_version"));
        about.put("secret_type", row.getString("secret_type"));
        List<String> tags = tags(row.getString("tags"));
        if (!tags.isEmpty()) {
            about.put("tags", tags);
        }
        return new ExpiryWarning(
                threshold.equals(ExpiryWarning.OVER) ? AuditAction.SECRET_EXPIRED : AuditAction.SECRET_EXPIRING,
                row.getString("subject"),
                row.getObject("expires_at", OffsetDateTime.class).toInstant(),
                threshold,
                about);
    }

    private static List<String> tags(@Nullable String json) {
        return json == null
                ? List.of()
                : JsonMapper.shared()
                        .readTree(json)
                        .valueStream()
                        .map(JsonNode::asString)
                        .toList();
    }
}
