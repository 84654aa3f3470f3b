package ai.scailabs.vault.pki.request;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** What a tenant has decided of its PKI as a whole. Who manages the tenant may change it; others what policies say of {@code pki/settings}. Thread-safe. */
public final class SettingsService {
    private static final SecretPath VIRTUAL_PATH = new SecretPath("pki/settings");
    private static final String SELECT = "select require_second_approver from pki_settings where tenant_id = ?";

    private final TenantTransactions transactions;
    private final AccessControl access;
    private final Clock clock;

    public SettingsService(TenantTransactions transactions, AccessControl access, Clock clock) {
        this.transactions = transactions;
        this.access = access;
        this.clock = clock;
    }

    /** @throws ai.scailabs.vault.kernel.error.VaultException {@code access_denied} */
    public ApprovalSettings get(Caller caller, TenantId tenant) {
        access.requireManaged(caller, Permission.READ, VIRTUAL_PATH);
        return transactions
                .queryOne(
                        tenant, SELECT, (results, index) -> new ApprovalSettings(results.getBoolean(1)), tenant.value())
                .orElse(ApprovalSettings.DEFAULT);
    }

    static ApprovalSettings of(TenantTransaction tx) {
        return tx.queryOne(
                        SELECT,
                        (results, index) -> new ApprovalSettings(results.getBoolean(1)),
                        tx.tenant().value())
                .orElse(ApprovalSettings.DEFAULT);
    }

    /**
     * What counts from the next approval, and the next signature, on every instance.
     *
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code access_denied}
     */
    public ApprovalSettings change(Caller caller, UnaryOperator<ApprovalSettings> change, AuditEntry entry) {
        access.requireManaged(caller, Permission.ADMIN, VIRTUAL_PATH);
        return transactions.inTransaction(entry.tenant(), tx -> {
            ApprovalSettings before = of(tx);
            ApprovalSettings after = change.apply(before);
            tx.update(
                    """
                    insert into pki_settings (tenant_id, require_second_approver, updated_at, updated_by) values (?, ?, ?, ?)
                    on conflict (tenant_id) do update set require_second_approver = excluded.require_second_approver, updated_at = excluded.updated_at,
                        updated_by = excluded.updated_by
                    """,
                    tx.tenant().value(),
                    after.requireSecondApprover(),
                    clock.instant().truncatedTo(ChronoUnit.MICROS),
                    caller.actor().identity().value());
            Map<String, Object> extra = new HashMap<>(entry.extra());
            extra.put("before", Map.of("require_second_approver", before.requireSecondApprover()));
            extra.put("after", Map.of("require_second_approver", after.requireSecondApprover()));
            AuditEntry told = entry.withPath(VIRTUAL_PATH.value()).withExtra(extra);
            tx.update(AuditRows.INSERT, AuditRows.arguments(told));
            return after;
        });
    }
}
