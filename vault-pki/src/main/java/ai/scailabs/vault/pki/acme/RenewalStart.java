package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Begins a renewal, whoever wants it. One certificate has one order under way: a second is refused by the database. One that is over and still removes its records is none. */
final class RenewalStart {
    /** For one whose certificate is over already, or about to be. */
    private static final Duration LEAST_PATIENCE = Duration.ofDays(2);

    private RenewalStart() {}

    /**
     * @param renewalId as the directory calls the version that is renewed
     * @param wanted by itself
     * @param exposed the one key that it can have is somebody else's too
     */
    record Due(
            UUID certificate,
            UUID account,
            @Nullable String renewalId,
            Instant notAfter,
            boolean wanted,
            boolean exposed) {
        Due exposed(boolean is) {
            return new Due(certificate, account, renewalId, notAfter, wanted, is);
        }
    }

    /** Nobody else changes the certificate until the transaction ends; empty when it has no version yet. */
    static Optional<Due> lock(TenantTransaction tx, UUID certificate) {
        Optional<Due> locked = tx.queryOne(
                """
                select c.certificate_id, c.account_id, c.renewal_id, c.not_after, c.auto_renew and c.renew_at is not null as wanted
                from acme_certificate c where c.tenant_id = ? and c.certificate_id = ? and c.version > 0 for no key update
                """,
                (results, index) -> new Due(
                        results.getObject("certificate_id", UUID.class),
                        results.getObject("account_id", UUID.class),
                        results.getString("renewal_id"),
                        OrderRows.instant(results, "not_after"),
                        results.getBoolean("wanted"),
                        false),
                tx.tenant().value(),
                certificate);
        // Only a statement that begins after the lock sees the versions as whoever had it left them.
        return locked.map(due -> due.exposed(ManagedRepository.isExposed(tx, certificate)));
    }

    static void begin(TenantTransaction tx, OrderRepository orders, Due due, UUID order, Instant now, String by) {
        Instant giveUp = due.notAfter().isBefore(now.plus(LEAST_PATIENCE)) ? now.plus(LEAST_PATIENCE) : due.notAfter();
        orders.insert(tx, order, due.certificate(), due.account(), true, due.renewalId(), now, giveUp, by);
        // Until the renewal has said when the next one is.
        tx.update(
                "update acme_certificate set renew_at = null, look_at = null, updated_at = ? where tenant_id = ? and certificate_id = ?",
                now,
                tx.tenant().value(),
                due.certificate());
    }
}
