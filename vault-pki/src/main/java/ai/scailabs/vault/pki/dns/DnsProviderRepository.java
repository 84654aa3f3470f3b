package ai.scailabs.vault.pki.dns;

import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.dns.zone.ProviderType;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;

/** The SQL of providers, and of what is sealed of them. Methods that take a transaction belong to a change that writes its audit row in the same one. */
final class DnsProviderRepository {
    private final TenantTransactions transactions;

    DnsProviderRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    TenantTransactions transactions() {
        return transactions;
    }

    /** In the order of their ids. */
    List<DnsProvider> page(TenantId tenant, UUID after, int rows) {
        return transactions.query(tenant, """
                select provider_id, name, provider_type, managed_zones, is_active, config::text as config, revision, created_at, created_by, updated_at
                from dns_provider where tenant_id = ? and provider_id > ? order by provider_id limit ?
                """, (results, index) -> provider(results), tenant.value(), after, rows);
    }

    Optional<DnsProvider> find(TenantId tenant, UUID id) {
        return transactions.queryOne(tenant, """
                select provider_id, name, provider_type, managed_zones, is_active, config::text as config, revision, created_at, created_by, updated_at
                from dns_provider where tenant_id = ? and provider_id = ?
                """, (results, index) -> provider(results), tenant.value(), id);
    }

    /** What is sealed of it. */
    Optional<byte[]> sealed(TenantId tenant, UUID id) {
        return transactions.queryOne(
                tenant,
                "select private_key from dns_provider_credential where tenant_id = ? and key_id = ?",
                (results, index) -> results.getBytes(1),
                tenant.value(),
                DnsProvider.text(id));
    }

    int count(TenantTransaction tx) {
        return tx.queryOne(
                        "select count(*) from dns_provider where tenant_id = ?",
                        (results, index) -> results.getInt(1),
                        tx.tenant().value())
                .orElseThrow();
    }

    void insert(TenantTransaction tx, DnsProvider provider) {
        tx.update(
                """
                insert into dns_provider (tenant_id, provider_id, name, provider_type, managed_zones, is_active, config, revision, created_at, created_by, updated_at)
                values (?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?)
                """,
                tx.tenant().value(),
                provider.id(),
                provider.name(),
                provider.type().wireName(),
                provider.zones().patterns().toArray(String[]::new),
                provider.active(),
                JsonMapper.shared().writeValueAsString(provider.config()),
                provider.revision(),
                provider.createdAt(),
                provider.createdBy(),
                provider.updatedAt());
    }

    /** False when it is not the one any more that was changed. */
    boolean update(TenantTransaction tx, int seen, DnsProvider changed) {
        return tx.update(
                        """
                        update dns_provider set managed_zones = ?, is_active = ?, config = ?::jsonb, revision = ?, updated_at = ?
                        where tenant_id = ? and provider_id = ? and revision = ?
                        """,
                        changed.zones().patterns().toArray(String[]::new),
                        changed.active(),
                        JsonMapper.shared().writeValueAsString(changed.config()),
                        changed.revision(),
                        changed.updatedAt(),
                        tx.tenant().value(),
                        changed.id(),
                        seen)
                > 0;
    }

    /** False when the tenant's key that seals it has just given way to the next: whoever seals what is stored anew has gone by. */
    boolean store(TenantTransaction tx, UUID id, byte[] sealed, Instant now) {
        return tx.update(
                        """
                        insert into dns_provider_credential (tenant_id, key_id, private_key, updated_at)
                        select ?::text, ?::text, ?::bytea, ?::timestamptz
                        where not exists (
                            select from tenant_key k where k.tenant_id = ? and k.key_id = tenant_key_of_record(?::bytea) and k.state <> 'active')
                        on conflict (tenant_id, key_id) do update set private_key = excluded.private_key, updated_at = excluded.updated_at
                        """,
                        tx.tenant().value(),
                        DnsProvider.text(id),
                        sealed,
                        now,
                        tx.tenant().value(),
                        sealed)
                > 0;
    }

    /** False when there is none any more. */
    boolean delete(TenantTransaction tx, UUID id) {
        tx.update(
                "delete from dns_provider_credential where tenant_id = ? and key_id = ?",
                tx.tenant().value(),
                DnsProvider.text(id));
        return tx.update(
                        "delete from dns_provider where tenant_id = ? and provider_id = ?",
                        tx.tenant().value(),
                        id)
                > 0;
    }

    void record(TenantTransaction tx, AuditEntry entry) {
        tx.update(AuditRows.INSERT, AuditRows.arguments(entry));
    }

    private static DnsProvider provider(ResultSet results) throws SQLException {
        Map<String, String> config = new LinkedHashMap<>();
        JsonMapper.shared()
                .readTree(results.getString("config"))
                .properties()
                .forEach(member -> config.put(member.getKey(), member.getValue().asString("")));
        return new DnsProvider(
                results.getObject("provider_id", UUID.class),
                results.getString("name"),
                ProviderType.parse(results.getString("provider_type"))
                        .orElseThrow(() -> new IllegalStateException("a type of a newer version")),
                new ManagedZones(
                        List.of((String[]) results.getArray("managed_zones").getArray())),
                results.getBoolean("is_active"),
                config,
                results.getInt("revision"),
                instant(results, "created_at"),
                results.getString("created_by"),
                instant(results, "updated_at"));
    }

    private static Instant instant(ResultSet results, String column) throws SQLException {
        return results.getObject(column, OffsetDateTime.class).toInstant();
    }
}
