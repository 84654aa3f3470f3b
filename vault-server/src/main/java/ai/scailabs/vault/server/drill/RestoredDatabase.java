package ai.scailabs.vault.server.drill;

import ai.scailabs.vault.crypto.envelope.KeyChain;
import ai.scailabs.vault.crypto.envelope.SealedValue;
import ai.scailabs.vault.crypto.envelope.ValuePlace;
import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What was restored, read by a login that sees every row; keys and values as they are stored. */
final class RestoredDatabase {
    private final Connection connection;

    RestoredDatabase(Connection connection) {
        this.connection = connection;
    }

    /**
     * A login that row-level security binds would see nothing, and the drill would prove nothing.
     *
     * @return whether every row is visible
     */
    boolean showsEveryRow() throws SQLException {
        return all(
                        "select rolsuper or rolbypassrls from pg_catalog.pg_roles where rolname = current_user",
                        row -> row.getBoolean(1))
                .contains(true);
    }

    /** When the last thing happened that the backup knows of. */
    @Nullable
    Instant lastEntryAt() throws SQLException {
        return all("select max(occurred_at) from audit_log", row -> {
                    OffsetDateTime last = row.getObject(1, OffsetDateTime.class);
                    return last == null ? Instant.EPOCH : last.toInstant();
                })
                .stream()
                .filter(last -> !last.equals(Instant.EPOCH))
                .findFirst()
                .orElse(null);
    }

    List<PartnerKeyRow> partnerKeys() throws SQLException {
        return all(
                "select partner_id, key_id, wrapped_key from partner_key where wrapped_key is not null order by 1, generation",
                row -> new PartnerKeyRow(row.getString(1), KeyId.of(row.getObject(2, UUID.class)), row.getBytes(3)));
    }

    List<TenantRow> tenants() throws SQLException {
        return all("""
                select t.tenant_id, (select count(*) from secret s where s.tenant_id = t.tenant_id),
                    (select count(*) from secret_version v where v.tenant_id = t.tenant_id and v.wrapped_data_key is not null)
                from tenant t order by 1
                """, row -> new TenantRow(new TenantId(row.getString(1)), row.getLong(2), row.getLong(3)));
    }

    /** Every generation of the tenant's key. */
    List<KeyChain> chains(TenantId tenant) throws SQLException {
        return all(
                """
                select p.partner_id, p.key_id, p.wrapped_key, k.key_id, k.wrapped_key
                from tenant_key k join partner_key p on p.partner_id = k.partner_id and p.key_id = k.partner_key_id
                where k.tenant_id = ? and k.wrapped_key is not null order by k.generation
                """,
                row -> new KeyChain(
                        tenant,
                        row.getString(1),
                        KeyId.of(row.getObject(2, UUID.class)),
                        row.getBytes(3),
                        KeyId.of(row.getObject(4, UUID.class)),
                        row.getBytes(5)),
                tenant.value());
    }

    /** Some of the tenant's values, other ones every time. */
    List<VersionRow> sample(TenantId tenant, int size) throws SQLException {
        return all(
                """
                select path, version, tenant_key_id, wrapped_data_key, ciphertext from secret_version
                where tenant_id = ? and wrapped_data_key is not null order by random() limit ?
                """,
                row -> new VersionRow(
                        new ValuePlace(tenant, new SecretPath(row.getString(1)), row.getInt(2)),
                        KeyId.of(row.getObject(3, UUID.class)),
                        new SealedValue(row.getBytes(4), row.getBytes(5))),
                tenant.value(),
                size);
    }

    private <T> List<T> all(String sql, Row<T> row, Object... arguments) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < arguments.length; i++) {
                statement.setObject(i + 1, arguments[i]);
            }
            try (ResultSet results = statement.executeQuery()) {
                List<T> all = new ArrayList<>();
                while (results.next()) {
                    all.add(row.read(results));
                }
                return all;
            }
        }
    }

    record PartnerKeyRow(String partnerId, KeyId keyId, byte[] wrapped) {}

    /** @param versions that are not destroyed */
    record TenantRow(TenantId tenant, long secrets, long versions) {}

    record VersionRow(ValuePlace place, KeyId tenantKeyId, SealedValue sealed) {}

    @FunctionalInterface
    private interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }
}
