package ai.scailabs.vault.federation.backend;

import ai.scailabs.vault.access.decision.Mandate;
import ai.scailabs.vault.access.decision.StandingRight;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.federation.mapping.PathMapping;
import ai.scailabs.vault.federation.remote.BackendConfig;
import ai.scailabs.vault.federation.remote.BackendType;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The SQL of backends. Methods that take a transaction belong to a change that writes its audit row in the same one. */
final class BackendRepository {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final TenantTransactions transactions;

    BackendRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    /** In the order of their ids. */
    List<Backend> page(TenantId tenant, UUID after, int rows) {
        return transactions.query(tenant, """
                select tenant_id, backend_id, name, backend_type, mode, config::text as config, path_mapping::text as path_mapping, mandate::text as mandate,
                    sync_interval_seconds, sync_calls_per_second, sync_right, sync_write_through, reads_live, revision, created_at, created_by, updated_at
                from federation_backend where tenant_id = ? and backend_id > ? order by backend_id limit ?
                """, (results, index) -> backend(results), tenant.value(), after, rows);
    }

    Optional<Backend> find(TenantId tenant, UUID id) {
        return transactions.queryOne(tenant, """
                select tenant_id, backend_id, name, backend_type, mode, config::text as config, path_mapping::text as path_mapping, mandate::text as mandate,
                    sync_interval_seconds, sync_calls_per_second, sync_right, sync_write_through, reads_live, revision, created_at, created_by, updated_at
                from federation_backend where tenant_id = ? and backend_id = ?
                """, (results, index) -> backend(results), tenant.value(), id);
    }

    /** All of a tenant, and the tenant's epoch as they were read. */
    Backends.Standing standing(TenantId tenant) {
        List<Backend> backends = new ArrayList<>();
        List<Long> epochs = transactions.query(
                tenant,
                """
                select t.epoch, b.tenant_id, b.backend_id, b.name, b.backend_type, b.mode, b.config::text as config, b.path_mapping::text as path_mapping, b.mandate::text as mandate,
                    b.sync_interval_seconds, b.sync_calls_per_second, b.sync_right, b.sync_write_through, b.reads_live, b.revision, b.created_at, b.created_by, b.updated_at
                from tenant t left join federation_backend b on b.tenant_id = t.tenant_id
                where t.tenant_id = ? order by b.backend_id
                """,
                (results, index) -> {
                    if (results.getString("tenant_id") != null) {
                        backends.add(backend(results));
                    }
                    return results.getLong("epoch");
                },
                tenant.value());
        return new Backends.Standing(epochs.isEmpty() ? 0 : epochs.getFirst(), backends);
    }

    List<Backend> all(TenantTransaction tx) {
        return tx.query("""
                select tenant_id, backend_id, name, backend_type, mode, config::text as config, path_mapping::text as path_mapping, mandate::text as mandate,
                    sync_interval_seconds, sync_calls_per_second, sync_right, sync_write_through, reads_live, revision, created_at, created_by, updated_at
                from federation_backend where tenant_id = ? order by backend_id
                """, (results, index) -> backend(results), tx.tenant().value());
    }

    void insert(TenantTransaction tx, Backend backend) {
        tx.update(
                """
                insert into federation_backend (tenant_id, backend_id, name, backend_type, mode, config, path_mapping, mandate, sync_interval_seconds, sync_calls_per_second, sync_right, sync_write_through, reads_live,
                    revision, created_at, created_by, updated_at)
                values (?, ?, ?, ?, ?, ?::jsonb, ?::json, nullif(?, '')::jsonb, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                tx.tenant().value(),
                backend.id(),
                backend.name(),
                backend.type().wireName(),
                backend.mode().wireName(),
                config(backend),
                mapping(backend),
                mandate(backend),
                interval(backend),
                calls(backend),
                right(backend),
                isWrittenThrough(backend),
                backend.isReadLive(),
                backend.revision(),
                backend.createdAt(),
                backend.createdBy(),
                backend.updatedAt());
    }

    /** False when it is not the one any more that was changed. */
    boolean update(TenantTransaction tx, int seen, Backend changed) {
        return tx.update(
                        """
                        update federation_backend
                        set mode = ?, config = ?::jsonb, path_mapping = ?::json, mandate = nullif(?, '')::jsonb, sync_interval_seconds = ?, sync_calls_per_second = ?, sync_right = ?, sync_write_through = ?,
                            reads_live = ?, revision = ?, updated_at = ?
                        where tenant_id = ? and backend_id = ? and revision = ?
                        """,
                        changed.mode().wireName(),
                        config(changed),
                        mapping(changed),
                        mandate(changed),
                        interval(changed),
                        calls(changed),
                        right(changed),
                        isWrittenThrough(changed),
                        changed.isReadLive(),
                        changed.revision(),
                        changed.updatedAt(),
                        tx.tenant().value(),
                        changed.id(),
                        seen)
                > 0;
    }

    /** False when there is none any more. */
    boolean delete(TenantTransaction tx, UUID id) {
        return tx.update(
                        "delete from federation_backend where tenant_id = ? and backend_id = ?",
                        tx.tenant().value(),
                        id)
                > 0;
    }

    /** Whatever was begun before begins anew: the backend is another. */
    void scheduleCopying(TenantTransaction tx, Backend backend, UUID run, Instant now) {
        tx.update("""
                insert into federation_sync (tenant_id, backend_id, due_at, run_id, run_trigger, run_started_at) values (?, ?, ?, ?, 'change', ?)
                on conflict (tenant_id, backend_id) do update
                set due_at = excluded.due_at, taken_by = null, run_id = excluded.run_id, run_trigger = excluded.run_trigger, run_started_at = excluded.run_started_at,
                    accept_deletions = false, position = '', listed = 0, problems = '[]', problem_count = 0, blocking_count = 0, attempts = 0, runs = 0
                """, tx.tenant().value(), backend.id(), now, run, now);
    }

    /** What lies elsewhere than the backend leads to is no copy of it any more, and stays. */
    void forgetCopies(TenantTransaction tx, Backend backend) {
        List<String> copied = tx.query(
                "select path from federation_copy where tenant_id = ? and backend_id = ? union select path from federation_conflict where tenant_id = ? and backend_id = ?",
                (results, index) -> results.getString(1),
                tx.tenant().value(),
                backend.id(),
                tx.tenant().value(),
                backend.id());
        String[] left = copied.stream()
                .filter(path -> backend.mode() != BackendMode.SYNC
                        || backend.mapping().ruleFor(new SecretPath(path)).isEmpty())
                .toArray(String[]::new);
        tx.update(
                "delete from federation_copy where tenant_id = ? and backend_id = ? and path = any (?)",
                tx.tenant().value(),
                backend.id(),
                left);
        tx.update(
                "delete from federation_conflict where tenant_id = ? and backend_id = ? and path = any (?)",
                tx.tenant().value(),
                backend.id(),
                left);
        if (backend.mode() != BackendMode.SYNC) {
            tx.update(
                    "delete from federation_sync where tenant_id = ? and backend_id = ?",
                    tx.tenant().value(),
                    backend.id());
        }
    }

    void record(TenantTransaction tx, AuditEntry entry) {
        tx.update(AuditRows.INSERT, AuditRows.arguments(entry));
    }

    private static String config(Backend backend) {
        return JSON.writeValueAsString(backend.config().members());
    }

    private static String mapping(Backend backend) {
        return JSON.writeValueAsString(backend.mapping().entries());
    }

    private static String mandate(Backend backend) {
        return backend.mandate() == null ? "" : backend.mandate().encoded();
    }

    private static @Nullable Long interval(Backend backend) {
        return backend.copying() == null ? null : backend.copying().interval().toSeconds();
    }

    private static @Nullable Integer calls(Backend backend) {
        return backend.copying() == null ? null : backend.copying().callsPerSecond();
    }

    private static @Nullable String right(Backend backend) {
        return backend.copying() == null ? null : backend.copying().right().encoded();
    }

    private static boolean isWrittenThrough(Backend backend) {
        return backend.copying() != null && backend.copying().writeThrough();
    }

    private static @Nullable CopyPlan copying(ResultSet results) throws SQLException {
        String right = results.getString("sync_right");
        return right == null
                ? null
                : new CopyPlan(
                        Duration.ofSeconds(results.getLong("sync_interval_seconds")),
                        results.getInt("sync_calls_per_second"),
                        StandingRight.of(right),
                        results.getBoolean("reads_live"),
                        results.getBoolean("sync_write_through"));
    }

    private static Backend backend(ResultSet results) throws SQLException {
        BackendType type = BackendType.parse(results.getString("backend_type"))
                .orElseThrow(() -> new IllegalStateException("a type of a newer version"));
        String mandate = results.getString("mandate");
        return new Backend(
                new TenantId(results.getString("tenant_id")),
                results.getObject("backend_id", UUID.class),
                results.getString("name"),
                // What was allowed when it was written is shown; whether it may be used is decided when it is opened.
                BackendConfig.of(type, JSON.readTree(results.getString("config")), true),
                PathMapping.of(type, entries(JSON.readTree(results.getString("path_mapping")))),
                mandate == null ? null : Mandate.of(mandate),
                copying(results),
                results.getInt("revision"),
                instant(results, "created_at"),
                results.getString("created_by"),
                instant(results, "updated_at"));
    }

    private static Map<String, String> entries(JsonNode mapping) {
        Map<String, String> entries = new LinkedHashMap<>();
        mapping.properties()
                .forEach(entry -> entries.put(entry.getKey(), entry.getValue().asString()));
        return entries;
    }

    private static Instant instant(ResultSet results, String column) throws SQLException {
        return results.getObject(column, OffsetDateTime.class).toInstant();
    }
}
