package ai.scailabs.vault.tenancy.rotation;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;

/** How much keys wrap that lies in many tenants. Only the worker sees over all of them, and of keys no more than their names. */
final class KeyUses {
    private final DataSource worker;

    KeyUses(DataSource worker) {
        this.worker = worker;
    }

    /** How many keys of tenants each generation of the partner's key wraps. */
    Map<KeyId, Long> ofPartner(PartnerId partner) {
        return counts(
                "select partner_key_id, count(*) from tenant_key where partner_id = ? group by partner_key_id",
                row -> KeyId.of(row.getObject(1, UUID.class)),
                partner.value());
    }

    /** How many keys of partners each root key wraps, in the whole installation. */
    Map<String, Long> ofRootKeys() {
        return counts(
                "select id, count(*) from partner_key k, unnest(k.root_key_ids) as id where k.state <> 'destroyed' group by id order by id",
                row -> row.getString(1));
    }

    /** Whether there are keys of partners, and none of them is wrapped by one of these root keys. @param rootKeyIds with a space between */
    boolean areAllOfOthers(String rootKeyIds) {
        try (Connection connection = worker.getConnection();
                PreparedStatement statement = connection.prepareStatement("""
                        select exists (select from partner_key where state <> 'destroyed') and not exists (
                            select from partner_key where state <> 'destroyed' and root_key_ids && string_to_array(?, ' ') collate "C")
                        """)) {
            statement.setString(1, rootKeyIds);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        } catch (SQLException e) {
            throw new VaultException(ErrorCode.SERVICE_UNAVAILABLE, "The database cannot name the keys", e);
        }
    }

    private <K> Map<K, Long> counts(String sql, Name<K> name, String... arguments) {
        try (Connection connection = worker.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < arguments.length; i++) {
                statement.setString(i + 1, arguments[i]);
            }
            Map<K, Long> counts = new LinkedHashMap<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    counts.put(name.of(rows), rows.getLong(2));
                }
            }
            return counts;
        } catch (SQLException e) {
            throw new VaultException(ErrorCode.SERVICE_UNAVAILABLE, "The database cannot count the keys", e);
        }
    }

    @FunctionalInterface
    private interface Name<K> {
        K of(ResultSet row) throws SQLException;
    }
}
