package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.pki.x509.RevocationReason;
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
            boolean exposed) {}

    /** Nobody else changes the certificate until the transaction ends; empty when it has no version yet. */
    static Optional<Due> lock(TenantTransaction tx, UUID certificate) {
        return tx.queryOne(
                """
                select c.certificate_id, c.account_id, c.renewal_id, c.not_after, c.auto_renew and c.renew_at is not null as wanted,
                    c.csr is not null and exists (
                        select from acme_certificate_version v where v.tenant_id = c.tenant_id and v.certificate_id = c.certificate_id and v.revocation_reason = ?
                    ) as exposed
                from acme_certificate c where c.tenant_id = ? and c.certificate_id = ? and c.version > 0 for no key update
                """,
                (results, index) -> new Due(
                        results.getObject("certificate_id", UUID.class),
                        results.getObject("account_id", UUID.class),
                        results.getString("renewal_id"),
                        OrderRows.instant(results, "not_after"),
                        results.getBoolean("wanted"),
                        results.getBoolean("exposed")),
                RevocationReason.KEY_COMPROMISE.code(),
                tx.tenant().value(),
                certificate);
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
