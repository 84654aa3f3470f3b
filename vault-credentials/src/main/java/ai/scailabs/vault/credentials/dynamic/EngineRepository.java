package ai.scailabs.vault.credentials.dynamic;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The SQL of engines. */
final class EngineRepository {
    private static final String SELECT =
            "select e.tenant_id, e.engine_id, e.name, e.partner_id, e.description, e.kind, e.config::text as config, e.default_text, e.max_text, e.max_leases, e.leaving, e.healthy,"
                    + " e.checked_at, e.problem_code, e.problem, e.revision, e.created_at, e.created_by, e.updated_at from dynamic_engine e";

    private static final JsonMapper JSON = JsonMapper.shared();

    private final TenantTransactions transactions;

    EngineRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    /** In the order of their names. */
    List<Engine> page(TenantId tenant, String after, int rows) {
        return transactions.query(
                tenant,
                SELECT + " where e.tenant_id = ? and e.name > ? order by e.name limit ?",
                EngineRepository::engine,
                tenant.value(),
                after,
                rows);
    }

    Optional<Engine> find(TenantId tenant, String name) {
        return transactions.queryOne(
                tenant,
                SELECT + " where e.tenant_id = ? and e.name = ?",
                EngineRepository::engine,
                tenant.value(),
                name);
    }

    Optional<Engine> find(TenantId tenant, UUID id) {
        return transactions.queryOne(
                tenant,
                SELECT + " where e.tenant_id = ? and e.engine_id = ?",
                EngineRepository::engine,
                tenant.value(),
                id);
    }

    int count(TenantTransaction tx) {
        return tx.queryOne(
                        "select count(*)::integer from dynamic_engine where tenant_id = ?",
                        (results, index) -> results.getInt(1),
                        tx.tenant().value())
                .orElse(0);
    }

    void insert(TenantTransaction tx, Engine engine) {
        tx.update(
                """
                insert into dynamic_engine (tenant_id, engine_id, name, partner_id, description, kind, config, default_text, default_seconds, max_text, max_seconds, max_leases, healthy, checked_at,
                    revision, created_at, created_by, updated_at)
                values (?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?, ?, true, ?, ?, ?, ?, ?)
                """,
                tx.tenant().value(),
                engine.id(),
                engine.name(),
                engine.partner().value(),
                engine.description(),
                engine.config().kind().code(),
                engine.config().members().toString(),
                engine.terms().defaultTtl(),
                engine.terms().usual().toSeconds(),
                engine.terms().maxTtl(),
                engine.terms().most().toSeconds(),
                engine.maxLeases(),
                engine.health().checkedAt(),
                engine.revision(),
                engine.createdAt(),
                engine.createdBy(),
                engine.updatedAt());
    }

    /** False when it is not the one any more that was changed. What it was left alone for is over. */
    boolean update(TenantTransaction tx, int seen, Engine changed) {
        return tx.update(
                        """
                        update dynamic_engine
                        set description = ?, kind = ?, config = ?::jsonb, default_text = ?, default_seconds = ?, max_text = ?, max_seconds = ?, max_leases = ?, healthy = true, checked_at = ?,
                            problem_code = null, problem = null, failures = 0, blocked_until = null, revision = ?, updated_at = ?
                        where tenant_id = ? and engine_id = ? and revision = ?
                        """,
                        changed.description(),
                        changed.config().kind().code(),
                        changed.config().members().toString(),
                        changed.terms().defaultTtl(),
                        changed.terms().usual().toSeconds(),
                        changed.terms().maxTtl(),
                        changed.terms().most().toSeconds(),
                        changed.maxLeases(),
                        changed.health().checkedAt(),
                        changed.revision(),
                        changed.updatedAt(),
                        tx.tenant().value(),
                        changed.id(),
                        seen)
                > 0;
    }

    /** It makes no more. */
    boolean leave(TenantTransaction tx, UUID id) {
        return tx.update(
                        "update dynamic_engine set leaving = true, revision = revision + 1, updated_at = clock_timestamp() where tenant_id = ? and engine_id = ?",
                        tx.tenant().value(),
                        id)
                > 0;
    }

    /** False when there is none any more, or leases of it are live. */
    boolean delete(TenantTransaction tx, UUID id) {
        return tx.update("""
                        delete from dynamic_engine e where e.tenant_id = ? and e.engine_id = ?
                            and not exists (select from lease l where l.tenant_id = e.tenant_id and l.engine_id = e.engine_id and l.ended_at is null)
                        """, tx.tenant().value(), id) > 0;
    }

    /** Nobody whose leases are to end waits for anything then. */
    void noteHealthy(TenantId tenant, UUID id) {
        transactions.update(tenant, """
                update dynamic_engine set healthy = true, checked_at = clock_timestamp(), problem_code = null, problem = null, failures = 0, blocked_until = null
                where tenant_id = ? and engine_id = ?
                """, tenant.value(), id);
    }

    /** @param longest until it is tried again; twice as long each time until then */
    void noteFailed(TenantId tenant, UUID id, String code, String message, Duration first, Duration longest) {
        transactions.update(tenant, """
                update dynamic_engine
                set healthy = false, checked_at = clock_timestamp(), problem_code = ?, problem = ?, failures = failures + 1,
                    blocked_until = clock_timestamp() + least(? * power(2, least(failures, 16)), ?) * interval '1 millisecond'
                where tenant_id = ? and engine_id = ? and (blocked_until is null or blocked_until <= clock_timestamp())
                """, code, message, first.toMillis(), longest.toMillis(), tenant.value(), id);
    }

    void record(TenantTransaction tx, AuditEntry entry) {
        tx.update(AuditRows.INSERT, AuditRows.arguments(entry));
    }

    private static Engine engine(ResultSet results, int index) throws SQLException {
        int most = results.getInt("max_leases");
        Integer maxLeases = results.wasNull() ? null : most;
        return new Engine(
                new TenantId(results.getString("tenant_id")),
                results.getObject("engine_id", UUID.class),
                results.getString("name"),
                new PartnerId(results.getString("partner_id")),
                results.getString("description"),
                config(results),
                new LeaseTerms(results.getString("default_text"), results.getString("max_text")),
                maxLeases,
                results.getBoolean("leaving"),
                new EngineHealth(
                        results.getBoolean("healthy"),
                        instant(results, "checked_at"),
                        results.getString("problem_code"),
                        results.getString("problem")),
                results.getInt("revision"),
                instant(results, "created_at"),
                results.getString("created_by"),
                instant(results, "updated_at"));
    }

    private static EngineConfig config(ResultSet results) throws SQLException {
        return new EngineConfig(EngineKind.of(results.getString("kind")).orElseThrow(), (ObjectNode)
                JSON.readTree(results.getString("config")));
    }

    private static Instant instant(ResultSet results, String column) throws SQLException {
        return results.getObject(column, OffsetDateTime.class).toInstant();
    }
}
