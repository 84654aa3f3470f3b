package ai.scailabs.vault.server;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** A row of the audit log as the database has it. */
record AuditRow(Map<String, Object> columns) {
    private static final AtomicLong COUNT = new AtomicLong();

    /** A request id that no other request has. */
    static String newRequestId() {
        return "req_test-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
    }

    /** In the order in which they were written. */
    static List<AuditRow> of(RunningServer server, String requestId) {
        return Sql.superuser(server)
                .rows("select * from audit_log where request_id = ? order by occurred_at, log_id", requestId)
                .stream()
                .map(AuditRow::new)
                .toList();
    }

    String text(String column) {
        return String.valueOf(columns.get(column));
    }

    boolean success() {
        return Boolean.TRUE.equals(columns.get("success"));
    }
}
