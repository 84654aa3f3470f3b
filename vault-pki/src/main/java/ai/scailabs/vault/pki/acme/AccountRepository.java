package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.x509.KeySpec;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The SQL of accounts. Methods that take a transaction belong to a change that writes its audit row in the same one. */
final class AccountRepository {
    private static final String SELECT = """
            select account_id, name, provider, environment, directory_url, ca_bundle, email, status, account_url, terms_url, eab_kid, key_type, key_size, key_id,
                next_key_id, created_at, created_by, updated_at
            from acme_account
            """;

    private final TenantTransactions transactions;

    AccountRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    /** In the order of their ids. */
    List<AcmeAccount> page(TenantId tenant, UUID after, int rows) {
        return transactions.query(
                tenant,
                SELECT + " where tenant_id = ? and account_id > ? order by account_id limit ?",
                (results, index) -> account(results),
                tenant.value(),
                after,
                rows);
    }

    Optional<AcmeAccount> find(TenantId tenant, UUID id) {
        return transactions.queryOne(
                tenant,
                SELECT + " where tenant_id = ? and account_id = ?",
                (results, index) -> account(results),
                tenant.value(),
                id);
    }

    /** Nobody else changes it until the transaction ends. */
    Optional<AcmeAccount> lock(TenantTransaction tx, UUID id) {
        return tx.queryOne(
                SELECT + " where tenant_id = ? and account_id = ? for no key update",
                (results, index) -> account(results),
                tx.tenant().value(),
                id);
    }

    int count(TenantTransaction tx) {
        return tx.queryOne(
                        "select count(*) from acme_account where tenant_id = ? and status = 'valid'",
                        (results, index) -> results.getInt(1),
                        tx.tenant().value())
                .orElseThrow();
    }

    /** Whether there is one of that name that counts. */
    boolean isTaken(TenantId tenant, String name) {
        return transactions
                .queryOne(
                        tenant,
                        "select true from acme_account where tenant_id = ? and name = ? and status = 'valid'",
                        (results, index) -> true,
                        tenant.value(),
                        name)
                .isPresent();
    }

    void insert(TenantTransaction tx, AcmeAccount account) {
        tx.update(
                """
                insert into acme_account (tenant_id, account_id, name, provider, environment, directory_url, ca_bundle, email, status, account_url, terms_url,
                    eab_kid, key_type, key_size, key_id, created_at, created_by, updated_at)
                values (?, ?, ?, ?, ?, ?, ?, ?, 'valid', ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                tx.tenant().value(),
                account.id(),
                account.name(),
                account.provider().wireName(),
                account.environment().wireName(),
                account.directoryUrl().toString(),
                account.authorities(),
                account.email(),
                account.location().toString(),
                account.termsUrl(),
                account.eabKid(),
                account.key().keyType(),
                account.key().keySize(),
                account.keyId(),
                account.createdAt(),
                account.createdBy(),
                account.updatedAt());
    }

    void changeEmail(TenantTransaction tx, UUID id, String email, Instant now) {
        tx.update(
                "update acme_account set email = ?, updated_at = ? where tenant_id = ? and account_id = ?",
                email,
                now,
                tx.tenant().value(),
                id);
    }

    void deactivate(TenantTransaction tx, UUID id, Instant now) {
        tx.update(
                "update acme_account set status = 'deactivated', updated_at = ? where tenant_id = ? and account_id = ?",
                now,
                tx.tenant().value(),
                id);
    }

    /** @param next null when there is none any more */
    void nextKey(TenantTransaction tx, UUID id, @Nullable String next) {
        tx.update(
                "update acme_account set next_key_id = ? where tenant_id = ? and account_id = ?",
                next,
                tx.tenant().value(),
                id);
    }

    /** The next key is the one that counts. */
    void adoptKey(TenantTransaction tx, UUID id, String key, KeySpec spec, Instant now) {
        tx.update("""
                update acme_account set key_id = ?, next_key_id = null, key_type = ?, key_size = ?, updated_at = ?
                where tenant_id = ? and account_id = ?
                """, key, spec.keyType(), spec.keySize(), now, tx.tenant().value(), id);
    }

    void record(TenantTransaction tx, AuditEntry entry) {
        tx.update(AuditRows.INSERT, AuditRows.arguments(entry));
    }

    private static AcmeAccount account(ResultSet results) throws SQLException {
        return new AcmeAccount(
                results.getObject("account_id", UUID.class),
                results.getString("name"),
                AcmeProvider.parse(results.getString("provider")).orElseThrow(AccountRepository::newer),
                AcmeEnvironment.parse(results.getString("environment")).orElseThrow(AccountRepository::newer),
                URI.create(results.getString("directory_url")),
                results.getString("ca_bundle"),
                results.getString("email"),
                results.getString("status").equals("valid"),
                URI.create(results.getString("account_url")),
                results.getString("terms_url"),
                results.getString("eab_kid"),
                KeySpec.of(results.getString("key_type"), results.getInt("key_size"))
                        .orElseThrow(AccountRepository::newer),
                results.getString("key_id"),
                results.getString("next_key_id"),
                instant(results, "created_at"),
                results.getString("created_by"),
                instant(results, "updated_at"));
    }

    private static IllegalStateException newer() {
        return new IllegalStateException("an account was written by a newer version");
    }

    private static Instant instant(ResultSet results, String column) throws SQLException {
        return results.getObject(column, OffsetDateTime.class).toInstant();
    }
}
