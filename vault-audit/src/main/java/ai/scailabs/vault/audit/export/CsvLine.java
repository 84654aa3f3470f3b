package ai.scailabs.vault.audit.export;

import ai.scailabs.vault.audit.log.RecordedEntry;
import ai.scailabs.vault.audit.proof.CanonicalEntry;
import ai.scailabs.vault.kernel.id.Ids;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** An entry for spreadsheets (RFC 4180). What a spreadsheet would take for a formula begins with an apostrophe: callers choose what stands in paths and user agents. */
final class CsvLine {
    static final byte[] HEADER =
            "log_index,id,timestamp,action,identity_type,identity_id,tenant_id,acting_tenant_id,secret_path,source_ip,user_agent,success,error_code,duration_ms,request_id,extra_data\r\n"
                    .getBytes(StandardCharsets.UTF_8);

    private static final DateTimeFormatter MICROSECONDS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final StringBuilder out = new StringBuilder(512);

    private CsvLine() {}

    static byte[] of(long index, RecordedEntry entry) {
        CsvLine line = new CsvLine();
        line.out.append(index);
        line.cell(Ids.text("log_", entry.id()));
        line.cell(MICROSECONDS.format(entry.occurredAt()));
        line.cell(entry.action());
        line.cell(entry.identityType());
        line.cell(entry.identityId());
        line.cell(entry.tenantId());
        line.cell(entry.actingTenantId());
        line.cell(entry.path());
        line.cell(entry.sourceIp());
        line.cell(entry.userAgent());
        line.cell(String.valueOf(entry.success()));
        line.cell(entry.errorCode());
        line.cell(String.valueOf(entry.durationMillis()));
        line.cell(entry.requestId());
        line.cell(CanonicalEntry.extra(entry));
        return line.out.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    private void cell(@Nullable String text) {
        out.append(',');
        if (text == null || text.isEmpty()) {
            return;
        }
        String shown = "=+-@\t\r".indexOf(text.charAt(0)) < 0 ? text : "'" + text;
        if (shown.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n')) {
            out.append(shown);
        } else {
            out.append('"').append(shown.replace("\"", "\"\"")).append('"');
        }
    }
}
