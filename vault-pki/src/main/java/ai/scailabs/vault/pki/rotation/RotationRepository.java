package ai.scailabs.vault.pki.rotation;

import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.timing.RenewalJournal;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** The SQL of when keys of authorities give way. Each change counts only while nobody else has taken the authority on, or changed when it is looked at. */
final class RotationRepository {
    private final TenantTransactions transactions;

    RotationRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    /**
     * Takes it on, so that no other instance does; the partner of the tenant. Empty when nobody need look, or another does.
     *
     * @param until another may try
     */
    Optional<PartnerId> take(TenantId tenant, UUID authority, Instant now, Instant until) {
        return transactions.queryOne(
                tenant,
                """
                update ca_rotation r set look_at = ? from certificate_authority a, tenant t
                where r.tenant_id = ? and r.ca_id = ? and r.look_at <= ? and a.tenant_id = r.tenant_id and a.ca_id = r.ca_id and a.status = 'active'
                    and t.tenant_id = r.tenant_id
                returning t.partner_id
                """,
                (results, index) -> new PartnerId(results.getString(1)),
                until,
                tenant.value(),
                authority,
                now);
    }

    /** Nothing is to be done now. */
    void settle(TenantId tenant, UUID authority, Instant taken, Instant dueAt, Instant next) {
        transactions.update(tenant, """
                update ca_rotation
                set rotate_at = ?, look_at = ?, attempts = 0, error_code = null, error_message = null
                where tenant_id = ? and ca_id = ? and look_at = ?
                """, dueAt, next, tenant.value(), authority, taken);
    }

    /** Nobody is to blame, and what is known stays. */
    void postpone(TenantId tenant, UUID authority, Instant taken, Instant next) {
        transactions.update(
                tenant,
                "update ca_rotation set look_at = ? where tenant_id = ? and ca_id = ? and look_at = ?",
                next,
                tenant.value(),
                authority,
                taken);
    }

    boolean fail(TenantTransaction tx, UUID authority, Instant taken, Instant dueAt, RenewalJournal.Failure failure) {
        return tx.update(
                        """
                        update ca_rotation
                        set rotate_at = ?, look_at = ?, attempts = attempts + 1, error_code = ?, error_message = ?
                        where tenant_id = ? and ca_id = ? and look_at = ?
                        """,
                        dueAt,
                        failure.nextAt(),
                        failure.code().code(),
                        failure.message(),
                        tx.tenant().value(),
                        authority,
                        taken)
                > 0;
    }
}
