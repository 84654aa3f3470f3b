package ai.scailabs.vault.pki.request;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The SQL of requests. Methods that take a transaction belong to a change that writes its audit row in the same one. */
final class RequestRepository {
    private static final String SELECT = """
            select csr_id, status, csr, csr_sha256, subject, common_name, sans, key_type, key_size, created_at, created_by, decided_at, decided_by, reason,
                signed_at, signed_by, ca_id, role, certificate_id
            from pki_request
            """;

    private final TenantTransactions transactions;

    RequestRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    /** In the order of their ids, which is that in which they came. */
    List<StoredRequest> page(TenantId tenant, @Nullable RequestStatus status, UUID after, int rows) {
        return status == null
                ? transactions.query(
                        tenant,
                        SELECT + " where tenant_id = ? and csr_id > ? order by csr_id limit ?",
                        (results, index) -> request(results),
                        tenant.value(),
                        after,
                        rows)
                : transactions.query(
                        tenant,
                        SELECT + " where tenant_id = ? and status = ? and csr_id > ? order by csr_id limit ?",
                        (results, index) -> request(results),
                        tenant.value(),
                        status.wireName(),
                        after,
                        rows);
    }

    Optional<StoredRequest> find(TenantId tenant, UUID id) {
        return transactions.queryOne(
                tenant,
                SELECT + " where tenant_id = ? and csr_id = ?",
                (results, index) -> request(results),
                tenant.value(),
                id);
    }

    /** Nobody else changes it until the transaction ends. */
    Optional<StoredRequest> lock(TenantTransaction tx, UUID id) {
        return tx.queryOne(
                SELECT + " where tenant_id = ? and csr_id = ? for no key update",
                (results, index) -> request(results),
                tx.tenant().value(),
                id);
    }

    /** How many wait: of the tenant, and of those the ones of somebody. */
    Waiting waiting(TenantTransaction tx, String by) {
        return tx.queryOne(
                        "select count(*), count(*) filter (where created_by = ?) from pki_request where tenant_id = ? and status = 'pending'",
                        (results, index) -> new Waiting(results.getLong(1), results.getLong(2)),
                        by,
                        tx.tenant().value())
                .orElseThrow();
    }

    record Waiting(long all, long own) {}

    void insert(TenantTransaction tx, StoredRequest request) {
        tx.update(
                """
                insert into pki_request (tenant_id, csr_id, status, csr, csr_sha256, subject, common_name, sans, key_type, key_size, created_at, created_by)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                tx.tenant().value(),
                request.id(),
                request.status().wireName(),
                request.der(),
                request.sha256(),
                request.subject(),
                request.commonName(),
                request.names().toArray(String[]::new),
                request.keyType(),
                request.keySize(),
                request.createdAt(),
                request.createdBy());
    }

    /** Of one that is locked. */
    void decide(TenantTransaction tx, UUID id, RequestStatus status, StoredRequest.Decision decision) {
        tx.update(
                "update pki_request set status = ?, decided_at = ?, decided_by = ?, reason = ? where tenant_id = ? and csr_id = ?",
                status.wireName(),
                decision.at(),
                decision.by(),
                decision.reason(),
                tx.tenant().value(),
                id);
    }

    /** Of one that is locked. */
    void sign(TenantTransaction tx, UUID id, StoredRequest.Signing signing) {
        tx.update(
                """
                update pki_request set status = 'signed', signed_at = ?, signed_by = ?, ca_id = ?, role = ?, certificate_id = ?
                where tenant_id = ? and csr_id = ?
                """,
                signing.at(),
                signing.by(),
                signing.authority(),
                signing.role(),
                signing.certificate(),
                tx.tenant().value(),
                id);
    }

    void record(TenantTransaction tx, AuditEntry entry) {
        tx.update(AuditRows.INSERT, AuditRows.arguments(entry));
    }

    private static StoredRequest request(ResultSet results) throws SQLException {
        return new StoredRequest(
                results.getObject("csr_id", UUID.class),
                RequestStatus.parse(results.getString("status"))
                        .orElseThrow(() -> new IllegalStateException("a request was written by a newer version")),
                results.getBytes("csr"),
                results.getBytes("csr_sha256"),
                results.getString("subject"),
                results.getString("common_name"),
                List.of((String[]) results.getArray("sans").getArray()),
                results.getString("key_type"),
                results.getInt("key_size"),
                instant(results, "created_at"),
                results.getString("created_by"),
                decision(results),
                signing(results));
    }

    private static StoredRequest.@Nullable Decision decision(ResultSet results) throws SQLException {
        return results.getObject("decided_at") == null
                ? null
                : new StoredRequest.Decision(
                        instant(results, "decided_at"), results.getString("decided_by"), results.getString("reason"));
    }

    private static StoredRequest.@Nullable Signing signing(ResultSet results) throws SQLException {
        return results.getObject("signed_at") == null
                ? null
                : new StoredRequest.Signing(
                        instant(results, "signed_at"),
                        results.getString("signed_by"),
                        results.getObject("ca_id", UUID.class),
                        results.getString("role"),
                        results.getObject("certificate_id", UUID.class));
    }

    private static Instant instant(ResultSet results, String column) throws SQLException {
        return results.getObject(column, OffsetDateTime.class).toInstant();
    }
}
