package ai.scailabs.vault.audit;

import ai.scailabs.vault.audit.log.RecordedEntry;
import ai.scailabs.vault.audit.summary.AuditRollup;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A tenant whose log is written entry by entry, and rolled up when the test says so. */
public final class RollupTenant {
    private final AuditDatabase database;
    private final TenantId tenant;
    private final List<RecordedEntry> stored = new ArrayList<>();
    private final List<RecordedEntry> fresh = new ArrayList<>();

    public RollupTenant(AuditDatabase database, String name) {
        this.database = database;
        this.tenant = new TenantId("tnt_" + name);
    }

    public TenantId id() {
        return tenant;
    }

    /** Everything that was stored, in this order. */
    public List<RecordedEntry> stored() {
        return stored;
    }

    public RecordedEntry entry(
            Instant at, String action, String identity, String path, String sourceIp, @Nullable String errorCode) {
        RecordedEntry entry = new RecordedEntry(
                database.ids().nextUuid(),
                at,
                action,
                identity.startsWith("sa:") ? "service_account" : "user",
                identity,
                tenant.value(),
                null,
                path,
                sourceIp,
                null,
                errorCode == null,
                errorCode,
                3,
                database.ids().next("req_"),
                Map.of());
        stored.add(entry);
        fresh.add(entry);
        return entry;
    }

    /** Writes what is new into the log. */
    public List<RecordedEntry> store() throws SQLException {
        try (Connection connection = database.logins().superuser().dataSource().getConnection();
                PreparedStatement statement = connection.prepareStatement(
                        "insert into audit_log (tenant_id, occurred_at, log_id, action, identity_type, identity_id, secret_path, source_ip,"
                                + " success, error_code, duration_ms, request_id) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            for (RecordedEntry entry : fresh) {
                Object[] values = {
                    entry.tenantId(),
                    entry.occurredAt().atOffset(ZoneOffset.UTC),
                    entry.id(),
                    entry.action(),
                    entry.identityType(),
                    entry.identityId(),
                    entry.path(),
                    entry.sourceIp(),
                    entry.success(),
                    entry.errorCode(),
                    entry.durationMillis(),
                    entry.requestId()
                };
                for (int i = 0; i < values.length; i++) {
                    statement.setObject(i + 1, values[i]);
                }
                statement.addBatch();
            }
            statement.executeBatch();
        }
        List<RecordedEntry> written = List.copyOf(fresh);
        fresh.clear();
        return written;
    }

    /** As the sequencer does with what it read. */
    public static void rollUp(TestDatabase database, List<RecordedEntry> entries) throws SQLException {
        try (Connection worker = database.worker().dataSource().getConnection()) {
            worker.setAutoCommit(false);
            AuditRollup.add(worker, entries);
            worker.commit();
        }
    }

    public static void caughtUp(TestDatabase database, Instant asOf) throws SQLException {
        try (Connection worker = database.worker().dataSource().getConnection()) {
            AuditRollup.settled(worker, Long.MAX_VALUE, asOf);
        }
    }
}
