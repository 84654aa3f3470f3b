package ai.scailabs.vault.pki.issuance;

import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.persistence.due.Backoff;
import ai.scailabs.vault.persistence.due.Due;
import ai.scailabs.vault.persistence.due.DueRows;
import ai.scailabs.vault.persistence.due.FairWork;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.role.StoredRole;
import ai.scailabs.vault.pki.timing.RenewalJournal;
import ai.scailabs.vault.pki.x509.CertificateContents;
import ai.scailabs.vault.pki.x509.GeneralName;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews certificates whose key is kept and whose role says so. Every instance may: one takes a certificate on for two minutes, and the database lets one come in its place. Several are worked on at a time, of one
 * tenant not all; what fails is tried again later, and holds up no other.
 */
public final class CertificateRenewals implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateRenewals.class);
    private static final int AT_ONCE = 8;
    private static final int OF_A_TENANT = 3;
    private static final int LOOKED_AT = 200;
    private static final int MAX_NAMES_IN_ENTRY = 20;

    /** Longer than a key of RSA and a slow root key take together; whoever was killed holds it no longer. */
    private static final Duration TAKEN = Duration.ofMinutes(2);

    private static final Duration WHILE_BUSY = Duration.ofSeconds(15);
    /** Somebody may release the certificate, or let the role renew again. */
    private static final Duration RESTING = Duration.ofHours(1);

    /** After its end: for a service that stood still. */
    private static final Duration PATIENCE = Duration.ofDays(2);

    private static final String DUE = """
            select d.tenant_id, d.certificate_id
            from (
                select r.tenant_id, r.certificate_id, r.due_at, row_number() over (partition by r.tenant_id order by r.due_at) as place
                from certificate_renewal r join tenant t on t.tenant_id = r.tenant_id
                where r.due_at <= ? and t.status = 'active'
            ) d
            where d.place <= ? order by d.due_at limit ?
            """;

    private final DueRows rows;
    private final RenewalRepository renewals;
    private final IssuanceService certificates;
    private final Backoff backoff;
    private final RenewalJournal journal;
    private final RenewalTally tally;
    private final Clock clock;
    private final FairWork work = new FairWork("a certificate", AT_ONCE, OF_A_TENANT, this::work);

    /** @param worker logs in as the worker role; connections in auto-commit mode */
    public CertificateRenewals(
            DataSource worker,
            TenantTransactions transactions,
            IssuanceService certificates,
            Backoff backoff,
            RenewalJournal journal,
            RenewalTally tally,
            Clock clock) {
        this.rows = new DueRows(worker);
        this.renewals = new RenewalRepository(transactions);
        this.certificates = certificates;
        this.backoff = backoff;
        this.journal = journal;
        this.tally = tally;
        this.clock = clock;
    }

    /** Begins with what is due now, as far as there is room. Does not wait for it. */
    public void run() throws SQLException {
        Instant now = clock.instant();
        work.run(ofATenant -> rows.find(DUE, now, ofATenant, LOOKED_AT));
    }

    /** What fails is due again when it is not taken any more. */
    private void work(Due due) {
        Instant now = now();
        renewals.take(due.tenant(), due.id(), now, now.plus(TAKEN)).ifPresent(this::work);
    }

    private void work(DueRenewal due) {
        switch (due.standing()) {
            case GOOD -> renew(due);
            case ON_HOLD -> rest(due);
            case REVOKED -> renewals.postpone(due, null);
        }
    }

    private void renew(DueRenewal due) {
        Attempt attempt = journal.begin(
                due.tenant(),
                AuditAction.PKI_RENEW,
                StoredRole.virtualPath(due.role()).value());
        try {
            if (certificates.renew(due, RenewalJournal.BY, journal.succeeded(attempt, Map.of("renews", due.text())))) {
                tally.renewed();
            } else {
                rest(due);
            }
        } catch (OvertakenRenewal overtaken) {
            LOG.debug("{} of {} is renewed already, or not any more", due.text(), due.tenant());
        } catch (VaultException refused) {
            if (refused.code() == ErrorCode.RATE_LIMITED) {
                renewals.postpone(due, backoff.after(WHILE_BUSY, now()));
            } else {
                fail(due, attempt, refused.code(), String.valueOf(refused.getMessage()));
            }
        } catch (RuntimeException failure) {
            LOG.warn("{} of {} is renewed later", due.text(), due.tenant(), failure);
            fail(due, attempt, ErrorCode.INTERNAL_ERROR, "The renewal failed; the log of the service says why");
        }
    }

    private void rest(DueRenewal due) {
        Instant now = now();
        renewals.postpone(due, isOver(due, now) ? null : backoff.after(RESTING, now));
    }

    private static boolean isOver(DueRenewal due, Instant now) {
        return now.isAfter(due.notAfter().plus(PATIENCE));
    }

    private void fail(DueRenewal due, Attempt attempt, ErrorCode code, String message) {
        Instant now = now();
        Instant next = isOver(due, now)
                ? null
                : backoff.anew(due.attempts(), null, now).truncatedTo(ChronoUnit.MICROS);
        RenewalJournal.Failure failure = new RenewalJournal.Failure(code, message, due.attempts() + 1, next);
        if (journal.failed(attempt, failure, facts(due), tx -> renewals.fail(tx, due, failure))) {
            tally.failed();
        }
    }

    private static Map<String, Object> facts(DueRenewal due) {
        CertificateContents contents = due.contents();
        return Map.of(
                "certificate_id",
                due.text(),
                "serial_number",
                contents.serial().toString(),
                "subject",
                contents.subject().toString(),
                "names",
                contents.names().stream()
                        .limit(MAX_NAMES_IN_ENTRY)
                        .map(GeneralName::text)
                        .toList(),
                "not_after",
                due.notAfter().toString());
    }

    /** As the database keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** Begins with nothing more. */
    public void stop() {
        work.stop();
    }

    /** Waits a moment for what is under way; what is not over then another instance does again. */
    @Override
    public void close() {
        work.close();
    }
}
