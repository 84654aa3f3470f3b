package ai.scailabs.vault.pki.timing;

import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Tells tenants' audit logs what becomes of that which is renewed without anybody asking. Thread-safe. */
public final class RenewalJournal {
    public static final IdentityId BY = new IdentityId("system:renewal");

    private final TenantTransactions transactions;
    private final AuditEntries entries;
    private final Ids ids;

    public RenewalJournal(TenantTransactions transactions, AuditEntries entries, Ids ids) {
        this.transactions = transactions;
        this.entries = entries;
        this.ids = ids;
    }

    public Attempt begin(TenantId tenant, AuditAction action, String path) {
        return new Attempt(tenant, action, BY, null, path, null, null, ids.next("req_"), System.nanoTime());
    }

    /** For the transaction of the renewal. */
    public AuditEntry succeeded(Attempt attempt, Map<String, Object> facts) {
        return entries.succeeded(attempt).withExtra(facts);
    }

    /**
     * Writes down, in one transaction, that it failed.
     *
     * @param about what was to be renewed
     * @param change false when it does not count any more: then there is no entry
     * @return what the change said
     */
    public boolean failed(
            Attempt attempt, Failure failure, Map<String, Object> about, Predicate<TenantTransaction> change) {
        Map<String, Object> facts = new HashMap<>(about);
        facts.put("problem", Map.of("code", failure.code().code(), "message", failure.message()));
        facts.put("attempts", failure.attempts());
        if (failure.nextAt() != null) {
            facts.put("next_attempt_at", failure.nextAt().toString());
        }
        return transactions.inTransaction(attempt.tenant(), tx -> {
            if (!change.test(tx)) {
                return false;
            }
            tx.update(
                    AuditRows.INSERT,
                    AuditRows.arguments(entries.failed(attempt, failure.code()).withExtra(facts)));
            return true;
        });
    }

    /**
     * Why it failed.
     *
     * @param attempts that have failed one after the other, this one too
     * @param nextAt when it is tried again; null for never
     */
    public record Failure(
            ErrorCode code,
            String message,
            int attempts,
            @Nullable Instant nextAt) {}
}
