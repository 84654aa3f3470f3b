package ai.scailabs.vault.access.trust;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The SQL of trusts. Methods that take a transaction belong to a change that writes its audit row in the same one. */
final class TrustRepository {
    private final TenantTransactions transactions;
    private final SourceForm sources;

    TrustRepository(TenantTransactions transactions, SourceForm sources) {
        this.transactions = transactions;
        this.sources = sources;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    List<Trust> page(TenantId tenant, String after, int rows) {
        return transactions.query(tenant, """
                select trust_id, name, description, terms::text as terms, is_active, revision, created_at, created_by, updated_at
                from workload_trust where tenant_id = ? and trust_id > ? order by trust_id limit ?
                """, (results, index) -> readable(results), tenant.value(), after, rows);
    }

    Optional<Trust> find(TenantId tenant, String trustId) {
        return transactions.queryOne(tenant, """
                select trust_id, name, description, terms::text as terms, is_active, revision, created_at, created_by, updated_at
                from workload_trust where tenant_id = ? and trust_id = ?
                """, (results, index) -> readable(results), tenant.value(), trustId);
    }

    /** Empty when there is no such tenant. */
    Optional<TrustedTenant> findNamed(TenantId tenant, String nameOrId) {
        return transactions.queryOne(
                tenant,
                """
                select t.partner_id, t.status = 'active' as tenant_active,
                    w.trust_id, w.name, w.description, w.terms::text as terms, w.is_active, w.revision, w.created_at, w.created_by, w.updated_at
                from tenant t
                left join workload_trust w on w.tenant_id = t.tenant_id and (w.name = ? or w.trust_id = ?)
                where t.tenant_id = ?
                """,
                (results, index) -> new TrustedTenant(
                        new PartnerId(results.getString("partner_id")),
                        results.getBoolean("tenant_active"),
                        results.getString("trust_id") == null ? null : trust(results)),
                nameOrId,
                nameOrId,
                tenant.value());
    }

    int count(TenantTransaction tx) {
        return tx.queryOne(
                        "select count(*) from workload_trust where tenant_id = ?",
                        (results, index) -> results.getInt(1),
                        tx.tenant().value())
                .orElseThrow();
    }

    Optional<Trust> find(TenantTransaction tx, String trustId) {
        return tx.queryOne(
                """
                select trust_id, name, description, terms::text as terms, is_active, revision, created_at, created_by, updated_at
                from workload_trust where tenant_id = ? and trust_id = ?
                """, (results, index) -> readable(results), tx.tenant().value(), trustId);
    }

    /** Also of a trust that cannot be read. */
    Optional<Integer> revision(TenantTransaction tx, String trustId) {
        return tx.queryOne(
                "select revision from workload_trust where tenant_id = ? and trust_id = ?",
                (results, index) -> results.getInt(1),
                tx.tenant().value(),
                trustId);
    }

    void insert(TenantTransaction tx, Trust trust) {
        tx.update(
                """
                insert into workload_trust (tenant_id, trust_id, name, description, terms, is_active, revision, created_at, created_by,
                    updated_at)
                values (?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?, ?)
                """,
                tx.tenant().value(),
                trust.id(),
                trust.name(),
                trust.description(),
                TermsJson.write(trust.terms()),
                trust.active(),
                trust.revision(),
                trust.createdAt(),
                trust.createdBy(),
                trust.updatedAt());
    }

    void update(TenantTransaction tx, Trust trust) {
        tx.update(
                """
                update workload_trust set name = ?, description = ?, terms = ?::jsonb, is_active = ?, revision = ?, updated_at = ?
                where tenant_id = ? and trust_id = ?
                """,
                trust.name(),
                trust.description(),
                TermsJson.write(trust.terms()),
                trust.active(),
                trust.revision(),
                trust.updatedAt(),
                tx.tenant().value(),
                trust.id());
    }

    void delete(TenantTransaction tx, String trustId) {
        tx.update(
                "delete from workload_trust where tenant_id = ? and trust_id = ?",
                tx.tenant().value(),
                trustId);
    }

    void record(TenantTransaction tx, AuditEntry entry) {
        tx.update(AuditRows.INSERT, AuditRows.arguments(entry));
    }

    private Trust readable(ResultSet results) throws SQLException {
        Trust trust = trust(results);
        if (trust == null) {
            throw new IllegalStateException("a trust was written by a newer version: " + results.getString("trust_id"));
        }
        return trust;
    }

    /** Null when this version does not understand it. */
    private @Nullable Trust trust(ResultSet results) throws SQLException {
        TrustTerms terms = TermsJson.read(results.getString("terms"), sources);
        return terms == null
                ? null
                : new Trust(
                        results.getString("trust_id"),
                        results.getString("name"),
                        results.getString("description"),
                        terms,
                        results.getBoolean("is_active"),
                        results.getInt("revision"),
                        instant(results, "created_at"),
                        results.getString("created_by"),
                        instant(results, "updated_at"));
    }

    private static Instant instant(ResultSet results, String column) throws SQLException {
        return results.getObject(column, OffsetDateTime.class).toInstant();
    }
}
