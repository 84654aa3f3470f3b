package ai.scailabs.vault.audit.proof;

import ai.scailabs.vault.audit.log.RecordedEntry;
import ai.scailabs.vault.kernel.id.Ids;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * The leaf that stands for an entry: what the API tells of it, every member always there, as canonical JSON (RFC 8785) in UTF-8. Documented in {@code docs/audit-format.md}; a change of it would be
 * another format.
 */
public final class CanonicalEntry {
    private static final int TYPICAL_LENGTH = 768;

    private CanonicalEntry() {}

    public static byte[] leaf(RecordedEntry entry) {
        StringBuilder out = new StringBuilder(TYPICAL_LENGTH);
        CanonicalJson json = new CanonicalJson(out);
        // In the order of the names, which is that of the RFC.
        out.append("{\"acting_tenant_id\":");
        json.text(entry.actingTenantId());
        out.append(",\"action\":");
        json.text(entry.action());
        out.append(",\"duration_ms\":").append(entry.durationMillis());
        out.append(",\"error_code\":");
        json.text(entry.errorCode());
        out.append(",\"extra_data\":");
        json.value(entry.extra());
        out.append(",\"id\":");
        json.text(Ids.text("log_", entry.id()));
        out.append(",\"identity_id\":");
        json.text(entry.identityId());
        out.append(",\"identity_type\":");
        json.text(entry.identityType());
        out.append(",\"request_id\":");
        json.text(entry.requestId());
        out.append(",\"secret_path\":");
        json.text(entry.path());
        out.append(",\"source_ip\":");
        json.text(entry.sourceIp());
        out.append(",\"success\":").append(entry.success());
        out.append(",\"tenant_id\":");
        json.text(entry.tenantId());
        out.append(",\"timestamp\":\"");
        timestamp(out, entry.occurredAt());
        out.append("\",\"user_agent\":");
        json.text(entry.userAgent());
        return out.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }

    /** What the entry tells beyond its columns, as it stands in the leaf. */
    public static String extra(RecordedEntry entry) {
        StringBuilder out = new StringBuilder();
        new CanonicalJson(out).value(entry.extra());
        return out.toString();
    }

    /** As the API writes it, in microseconds; by hand, as a formatter takes longer than all the rest. */
    private static void timestamp(StringBuilder out, Instant instant) {
        LocalDateTime time = LocalDateTime.ofEpochSecond(instant.getEpochSecond(), instant.getNano(), ZoneOffset.UTC);
        number(out, time.getYear(), 4).append('-');
        number(out, time.getMonthValue(), 2).append('-');
        number(out, time.getDayOfMonth(), 2).append('T');
        number(out, time.getHour(), 2).append(':');
        number(out, time.getMinute(), 2).append(':');
        number(out, time.getSecond(), 2).append('.');
        number(out, time.getNano() / 1_000, 6).append('Z');
    }

    private static StringBuilder number(StringBuilder out, int number, int digits) {
        String text = Integer.toString(number);
        return out.repeat('0', Math.max(0, digits - text.length())).append(text);
    }
}
