package ai.scailabs.vault.federation.backend;

import ai.scailabs.vault.access.decision.Mandate;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.federation.mapping.PathMapping;
import ai.scailabs.vault.federation.remote.BackendConfig;
import ai.scailabs.vault.federation.remote.BackendType;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
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
                select tenant_id, backend_id, name, backend_type, mode, config::text as config, path_mapping::text as path_mapping, mandate::text as mandate, revision, created_at, created_by, updated_at
                from federation_backend where tenant_id = ? and backend_id > ? order by backend_id limit ?
                """, (results, index) -> backend(results), tenant.value(), after, rows);
    }

    Optional<Backend> find(TenantId tenant, UUID id) {
        return transactions.queryOne(tenant, """
                select tenant_id, backend_id, name, backend_type, mode, config::text as config, path_mapping::text as path_mapping, mandate::text as mandate, revision, created_at, created_by, updated_at
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
                    b.revision, b.created_at, b.created_by, b.updated_at
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
                select tenant_id, backend_id, name, backend_type, mode, config::text as config, path_mapping::text as path_mapping, mandate::text as mandate, revision, created_at, created_by, updated_at
                from federation_backend where tenant_id = ? order by backend_id
                """, (results, index) -> backend(results), tx.tenant().value());
    }

    void insert(TenantTransaction tx, Backend backend) {
        tx.update(
                """
                insert into federation_backend (tenant_id, backend_id, name, backend_type, mode, config, path_mapping, mandate, revision, created_at, created_by, updated_at)
                values (?, ?, ?, ?, ?, ?::jsonb, ?::json, nullif(?, '')::jsonb, ?, ?, ?, ?)
                """,
                tx.tenant().value(),
                backend.id(),
                backend.name(),
                backend.type().wireName(),
                backend.mode().wireName(),
                config(backend),
                mapping(backend),
                mandate(backend),
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
                        set mode = ?, config = ?::jsonb, path_mapping = ?::json, mandate = nullif(?, '')::jsonb, revision = ?, updated_at = ?
                        where tenant_id = ? and backend_id = ? and revision = ?
                        """,
                        changed.mode().wireName(),
                        config(changed),
                        mapping(changed),
                        mandate(changed),
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

    private static Backend backend(ResultSet results) throws SQLException {
        BackendType type = BackendType.parse(results.getString("backend_type"))
                .orElseThrow(() -> new IllegalStateException("a type of a newer version"));
        String mandate = results.getString("mandate");
        return new Backend(
                new TenantId(results.getString("tenant_id")),
                results.getObject("backend_id", UUID.class),
                results.getString("name"),
                BackendMode.parse(results.getString("mode"))
                        .orElseThrow(() -> new IllegalStateException("a mode of a newer version")),
                // What was allowed when it was written is shown; whether it may be used is decided when it is opened.
                BackendConfig.of(type, JSON.readTree(results.getString("config")), true),
                PathMapping.of(type, entries(JSON.readTree(results.getString("path_mapping")))),
                mandate == null ? null : Mandate.of(mandate),
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
