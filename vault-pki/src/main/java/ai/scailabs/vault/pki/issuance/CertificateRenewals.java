package ai.scailabs.vault.pki.issuance;

import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.role.StoredRole;
import ai.scailabs.vault.pki.timing.Backoff;
import ai.scailabs.vault.pki.x509.CertificateContents;
import ai.scailabs.vault.pki.x509.GeneralName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews certificates whose key is kept and whose role says so. Every instance may: one takes a certificate on for two minutes, and the database lets one come in its place. Several are worked on at a time, of one
 * tenant not all; what fails is tried again later, and holds up no other.
 */
public final class CertificateRenewals implements AutoCloseable {
    static final IdentityId BY = new IdentityId("system:renewal");

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

    private final DataSource worker;
    private final RenewalRepository renewals;
    private final IssuanceService certificates;
    private final Backoff backoff;
    private final AuditEntries entries;
    private final Ids ids;
    private final RenewalTally tally;
    private final Clock clock;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<Due> underWay = new HashSet<>();
    private volatile boolean stopping;

    /** @param worker logs in as the worker role; connections in auto-commit mode */
    public CertificateRenewals(
            DataSource worker,
            TenantTransactions transactions,
            IssuanceService certificates,
            Backoff backoff,
            AuditEntries entries,
            Ids ids,
            RenewalTally tally,
            Clock clock) {
        this.worker = worker;
        this.renewals = new RenewalRepository(transactions);
        this.certificates = certificates;
        this.backoff = backoff;
        this.entries = entries;
        this.ids = ids;
        this.tally = tally;
        this.clock = clock;
    }

    /** Begins with what is due now, as far as there is room. Does not wait for it. */
    public void run() throws SQLException {
        synchronized (underWay) {
            if (underWay.size() >= AT_ONCE) {
                return;
            }
        }
        for (Due due : due()) {
            if (!stopping && entered(due)) {
                threads.execute(() -> work(due));
            }
        }
    }

    private boolean entered(Due due) {
        synchronized (underWay) {
            long same = underWay.stream()
                    .filter(each -> each.tenant().equals(due.tenant()))
                    .count();
            return underWay.size() < AT_ONCE && same < OF_A_TENANT && underWay.add(due);
        }
    }

    private void work(Due due) {
        try {
            Instant now = now();
            renewals.take(due.tenant(), due.certificate(), now, now.plus(TAKEN)).ifPresent(this::work);
        } catch (RuntimeException failure) {
            // It is due again when it is not taken any more.
            LOG.warn("a certificate of {} is renewed later", due.tenant(), failure);
        } finally {
            synchronized (underWay) {
                underWay.remove(due);
            }
        }
    }

    private void work(DueRenewal due) {
        switch (due.standing()) {
            case GOOD -> renew(due);
            case ON_HOLD -> rest(due);
            case REVOKED -> renewals.postpone(due, null);
        }
    }

    private void renew(DueRenewal due) {
        Attempt attempt = new Attempt(
                due.tenant(),
                AuditAction.PKI_RENEW,
                BY,
                null,
                StoredRole.virtualPath(due.role()).value(),
                null,
                null,
                ids.next("req_"),
                System.nanoTime());
        try {
            if (certificates.renew(due, BY, entries.succeeded(attempt).withExtra(Map.of("renews", due.text())))) {
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
        boolean told = renewals.transactions().inTransaction(due.tenant(), tx -> {
            if (!renewals.fail(tx, due, code.code(), message, next)) {
                return false;
            }
            renewals.record(tx, entries.failed(attempt, code).withExtra(facts(due, code, message, next)));
            return true;
        });
        if (told) {
            tally.failed();
        }
    }

    private static Map<String, Object> facts(DueRenewal due, ErrorCode code, String message, @Nullable Instant next) {
        CertificateContents contents = due.contents();
        Map<String, Object> facts = new HashMap<>();
        facts.put("certificate_id", due.text());
        facts.put("serial_number", contents.serial().toString());
        facts.put("subject", contents.subject().toString());
        facts.put(
                "names",
                contents.names().stream()
                        .limit(MAX_NAMES_IN_ENTRY)
                        .map(GeneralName::text)
                        .toList());
        facts.put("not_after", due.notAfter().toString());
        facts.put("problem", Map.of("code", code.code(), "message", message));
        facts.put("attempts", due.attempts() + 1);
        if (next != null) {
            facts.put("next_attempt_at", next.toString());
        }
        return facts;
    }

    private List<Due> due() throws SQLException {
        List<Due> due = new ArrayList<>();
        try (Connection connection = worker.getConnection();
                PreparedStatement statement = connection.prepareStatement(DUE)) {
            OffsetDateTime now = clock.instant().atOffset(ZoneOffset.UTC);
            statement.setObject(1, now);
            statement.setInt(2, OF_A_TENANT);
            statement.setInt(3, LOOKED_AT);
            try (ResultSet results = statement.executeQuery()) {
                while (results.next()) {
                    due.add(new Due(new TenantId(results.getString(1)), results.getObject(2, UUID.class)));
                }
            }
        }
        return due;
    }

    /** As the database keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** Begins with nothing more. */
    public void stop() {
        stopping = true;
    }

    /** Waits a moment for what is under way; what is not over then another instance does again. */
    @Override
    public void close() {
        stopping = true;
        threads.shutdown();
        try {
            if (!threads.awaitTermination(5, TimeUnit.SECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private record Due(TenantId tenant, UUID certificate) {}
}
