package ai.scailabs.vault.pki.role;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.profile.Role;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
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
    private static final int REMEMBERED = 2_000;

    private final TenantTransactions transactions;
    /** Rows that were read: each is asked for again, and taken from here if it is still the same. */
    private final Cache<Place, StoredRole> read =
            Caffeine.newBuilder().maximumSize(REMEMBERED).build();

    private final Cache<Place, SoughtRole> sought =
            Caffeine.newBuilder().maximumSize(REMEMBERED).build();

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

    /** With the epoch of the tenant, whether or not there is such a role; empty where there is no such tenant. One round trip. */
    Optional<SoughtRole> find(TenantId tenant, String name) {
        Optional<SoughtRole> now =
                transactions.queryOne(tenant, """
                select t.epoch, r.name, r.ca_id, r.terms::text as terms, r.revision, r.created_at, r.created_by, r.updated_at
                from tenant t left join pki_role r on r.tenant_id = t.tenant_id and r.name = ?
                where t.tenant_id = ?
                """, (results, index) -> sought(tenant, results), name, tenant.value());
        now.ifPresent(found -> sought.put(new Place(tenant, name), found));
        return now;
    }

    /** As it was when it was last sought, without asking the database. */
    Optional<SoughtRole> lastSought(TenantId tenant, String name) {
        SoughtRole last = sought.getIfPresent(new Place(tenant, name));
        return last == null ? find(tenant, name) : Optional.of(last);
    }

    private SoughtRole sought(TenantId tenant, ResultSet results) throws SQLException {
        String name = results.getString("name");
        return new SoughtRole(results.getLong("epoch"), name == null ? null : knownRole(tenant, name, results));
    }

    /** Reading the terms of a role takes longer than to have the row. */
    private StoredRole knownRole(TenantId tenant, String name, ResultSet results) throws SQLException {
        Place place = new Place(tenant, name);
        StoredRole known = read.getIfPresent(place);
        if (known != null
                && known.revision() == results.getInt("revision")
                && known.createdAt().equals(instant(results, "created_at"))
                && known.updatedAt().equals(instant(results, "updated_at"))) {
            return known;
        }
        StoredRole stored = role(results);
        read.put(place, stored);
        return stored;
    }

    /**
     * @param epoch of the tenant's policies
     * @param role none of that name
     */
    record SoughtRole(long epoch, @Nullable StoredRole role) {}

    private record Place(TenantId tenant, String name) {}

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
