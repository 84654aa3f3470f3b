package ai.scailabs.vault.pki.role;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.profile.Role;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The SQL of roles. Methods that take a transaction belong to a change that writes its audit row in the same one. */
final class RoleRepository {
    private final TenantTransactions transactions;

    RoleRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    /** In the order of their names. */
    List<StoredRole> page(TenantId tenant, @Nullable UUID authority, String after, int rows) {
        return transactions.query(
                tenant, """
                select name, ca_id, terms::text as terms, revision, created_at, created_by, updated_at from pki_role
                where tenant_id = ? and name > ? and (?::uuid is null or ca_id = ?::uuid) order by name limit ?
                """, (results, index) -> role(results), tenant.value(), after, authority, authority, rows);
    }

    Optional<StoredRole> find(TenantId tenant, String name) {
        return transactions.queryOne(tenant, """
                select name, ca_id, terms::text as terms, revision, created_at, created_by, updated_at from pki_role
                where tenant_id = ? and name = ?
                """, (results, index) -> role(results), tenant.value(), name);
    }

    int count(TenantTransaction tx) {
        return tx.queryOne(
                        "select count(*) from pki_role where tenant_id = ?",
                        (results, index) -> results.getInt(1),
                        tx.tenant().value())
                .orElseThrow();
    }

    void insert(TenantTransaction tx, StoredRole stored) {
        tx.update(
                """
                insert into pki_role (tenant_id, name, ca_id, terms, revision, created_at, created_by, updated_at)
                values (?, ?, ?, ?::jsonb, ?, ?, ?, ?)
                """,
                tx.tenant().value(),
                stored.name(),
                stored.caId(),
                RoleText.write(stored.role()),
                stored.revision(),
                stored.createdAt(),
                stored.createdBy(),
                stored.updatedAt());
    }

    /** False when it is not as it was seen. */
    boolean update(TenantTransaction tx, int seen, StoredRole stored) {
        return tx.update(
                        "update pki_role set ca_id = ?, terms = ?::jsonb, revision = ?, updated_at = ? where tenant_id = ? and name = ? and revision = ?",
                        stored.caId(),
                        RoleText.write(stored.role()),
                        stored.revision(),
                        stored.updatedAt(),
                        tx.tenant().value(),
                        stored.name(),
                        seen)
                > 0;
    }

    /** Its revision, also of one that cannot be read; locked against others. */
    Optional<Integer> revision(TenantTransaction tx, String name) {
        return tx.queryOne(
                "select revision from pki_role where tenant_id = ? and name = ? for update",
                (results, index) -> results.getInt(1),
                tx.tenant().value(),
                name);
    }

    void delete(TenantTransaction tx, String name) {
        tx.update(
                "delete from pki_role where tenant_id = ? and name = ?",
                tx.tenant().value(),
                name);
    }

    void record(TenantTransaction tx, AuditEntry entry) {
        tx.update(AuditRows.INSERT, AuditRows.arguments(entry));
    }

    private static StoredRole role(ResultSet results) throws SQLException {
        UUID authority = results.getObject("ca_id", UUID.class);
        String name = results.getString("name");
        Role role = RoleText.read(name, CertificateAuthority.idText(authority), results.getString("terms"));
        return new StoredRole(
                role,
                authority,
                results.getInt("revision"),
                instant(results, "created_at"),
                results.getString("created_by"),
                instant(results, "updated_at"));
    }

    private static Instant instant(ResultSet results, String column) throws SQLException {
        return results.getObject(column, OffsetDateTime.class).toInstant();
    }
}
