package ai.scailabs.vault.pki.anchor;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.validation.PathCertificate;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The SQL of trust anchors, and of what a tenant's own authorities are to a validation. Methods that take a transaction belong to a change that writes its audit row in the same one. */
final class TrustAnchorRepository {
    private final TenantTransactions transactions;

    TrustAnchorRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    /** In the order of their ids. */
    List<TrustAnchor> page(TenantId tenant, UUID after, int rows) {
        return transactions.query(tenant, """
                select anchor_id, name, certificate, created_at, created_by from trust_anchor
                where tenant_id = ? and anchor_id > ? order by anchor_id limit ?
                """, (results, index) -> anchor(results), tenant.value(), after, rows);
    }

    Optional<TrustAnchor> find(TenantId tenant, UUID id) {
        return transactions.queryOne(tenant, """
                select anchor_id, name, certificate, created_at, created_by from trust_anchor
                where tenant_id = ? and anchor_id = ?
                """, (results, index) -> anchor(results), tenant.value(), id);
    }

    int count(TenantTransaction tx) {
        return tx.queryOne(
                        "select count(*) from trust_anchor where tenant_id = ?",
                        (results, index) -> results.getInt(1),
                        tx.tenant().value())
                .orElseThrow();
    }

    void insert(TenantTransaction tx, TrustAnchor anchor) {
        tx.update(
                """
                insert into trust_anchor (tenant_id, anchor_id, name, certificate, created_at, created_by)
                values (?, ?, ?, ?, ?, ?)
                """,
                tx.tenant().value(),
                anchor.id(),
                anchor.name(),
                anchor.certificate().der(),
                anchor.createdAt(),
                anchor.createdBy());
    }

    /** False when there is none any more. */
    boolean delete(TenantTransaction tx, UUID id) {
        return tx.update(
                        "delete from trust_anchor where tenant_id = ? and anchor_id = ?",
                        tx.tenant().value(),
                        id)
                > 0;
    }

    void record(TenantTransaction tx, AuditEntry entry) {
        tx.update(AuditRows.INSERT, AuditRows.arguments(entry));
    }

    /** The tenant's roots that were not revoked, each with all its keys. */
    List<OwnAuthority> ownRoots(TenantId tenant) {
        return transactions.query(
                tenant,
                """
                select a.ca_id, a.name, g.certificate from certificate_authority a
                join ca_generation g on g.tenant_id = a.tenant_id and g.ca_id = a.ca_id
                where a.tenant_id = ? and a.ca_type = 'root' and a.status <> 'revoked' and g.issuer_ca_id is null
                order by a.ca_id, g.generation
                """,
                (results, index) -> new OwnAuthority(
                        results.getObject("ca_id", UUID.class), results.getString("name"), results.getBytes(3)),
                tenant.value());
    }

    /** The tenant's authorities whose key goes by that identifier. */
    List<OwnAuthority> holders(TenantId tenant, byte[] subjectKeyId) {
        return transactions.query(
                tenant,
                """
                select a.ca_id, a.name, g.certificate from ca_generation g
                join certificate_authority a on a.tenant_id = g.tenant_id and a.ca_id = g.ca_id
                where g.tenant_id = ? and g.subject_key_id = ? order by g.ca_id, g.generation limit 20
                """,
                (results, index) -> new OwnAuthority(
                        results.getObject("ca_id", UUID.class), results.getString("name"), results.getBytes(3)),
                tenant.value(),
                subjectKeyId);
    }

    private static TrustAnchor anchor(ResultSet results) throws SQLException {
        return new TrustAnchor(
                results.getObject("anchor_id", UUID.class),
                results.getString("name"),
                PathCertificate.read(results.getBytes("certificate"))
                        .orElseThrow(() -> new IllegalStateException("a certificate was read before it was stored")),
                results.getObject("created_at", OffsetDateTime.class).toInstant(),
                results.getString("created_by"));
    }
}
