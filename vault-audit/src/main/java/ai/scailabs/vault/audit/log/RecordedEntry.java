package ai.scailabs.vault.audit.log;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An entry as it was recorded. Actions and codes are text: the trail outlives the program that wrote it. */
public record RecordedEntry(
        UUID id,
        Instant occurredAt,
        String action,
        @Nullable String identityType,
        @Nullable String identityId,
        String tenantId,
        @Nullable String actingTenantId,
        @Nullable String path,
        @Nullable String sourceIp,
        @Nullable String userAgent,
        boolean success,
        @Nullable String errorCode,
        int durationMillis,
        String requestId,
        Map<String, Object> extra) {
    public AuditPosition position() {
        return new AuditPosition(occurredAt, id);
    }
}
