package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The SQL of what became of rotations. The audit log keeps all of it; this keeps the last of each secret, to be looked up. */
final class HistoryRepository {
    private static final int KEPT_OF_A_SECRET = 100;

    private final TenantTransactions transactions;

    HistoryRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    void insert(TenantTransaction tx, HistoryItem item) {
        tx.update(
                """
                insert into rotation_history (tenant_id, history_id, policy_id, path, status, trigger, old_version, new_version, attempt, error_code, error_message, occurred_at)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                tx.tenant().value(),
                item.id(),
                item.policy(),
                item.path().value(),
                item.status().wireName(),
                item.trigger().wireName(),
                item.oldVersion(),
                item.newVersion(),
                item.attempt(),
                item.errorCode(),
                item.errorMessage(),
                item.occurredAt());
        tx.update(
                """
                delete from rotation_history h where h.tenant_id = ? and h.path = ? and h.history_id <= (
                    select o.history_id from rotation_history o where o.tenant_id = ? and o.path = ? order by o.history_id desc offset ? limit 1)
                """,
                tx.tenant().value(),
                item.path().value(),
                tx.tenant().value(),
                item.path().value(),
                KEPT_OF_A_SECRET);
    }

    /** Newest first. @param status null for any */
    List<HistoryItem> page(TenantId tenant, UUID policy, @Nullable RotationStatus status, UUID before, int rows) {
        String wanted = status == null ? "" : status.wireName();
        return transactions.query(
                tenant, """
                select history_id, policy_id, path, status, trigger, old_version, new_version, attempt, error_code, error_message, occurred_at
                from rotation_history where tenant_id = ? and policy_id = ? and history_id < ? and (? = '' or status = ?) order by history_id desc limit ?
                """, HistoryRepository::item, tenant.value(), policy, before, wanted, wanted, rows);
    }

    private static HistoryItem item(ResultSet results, int index) throws SQLException {
        int newVersion = results.getInt("new_version");
        boolean none = results.wasNull();
        return new HistoryItem(
                results.getObject("history_id", UUID.class),
                results.getObject("policy_id", UUID.class),
                new SecretPath(results.getString("path")),
                RotationStatus.valueOf(results.getString("status").toUpperCase(Locale.ROOT)),
                Trigger.of(results.getString("trigger")),
                results.getInt("old_version"),
                none ? null : newVersion,
                results.getInt("attempt"),
                results.getString("error_code"),
                results.getString("error_message"),
                results.getObject("occurred_at", OffsetDateTime.class).toInstant());
    }
}
