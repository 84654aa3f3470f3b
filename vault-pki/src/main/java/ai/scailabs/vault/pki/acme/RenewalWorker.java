package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.persistence.due.Due;
import ai.scailabs.vault.persistence.due.DueRows;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.RenewalInfo;
import org.shredzone.acme4j.connector.Resource;
import org.shredzone.acme4j.exception.AcmeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DuplicateKeyException;

/**
 * Begins renewals that are due, and asks directories when that is (RFC 9773). Every instance may: a certificate is locked while its renewal begins, and whoever is about to ask a directory says so first. What a
 * renewal comes to is {@link OrderWorker}'s, so that one that fails holds up no other.
 */
public final class RenewalWorker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RenewalWorker.class);
    private static final int BATCH = 200;
    private static final int LOOKS = 20;

    /** Between two questions, whatever the directory says. */
    private static final Duration SOONEST_LOOK = Duration.ofMinutes(5);

    private static final Duration LATEST_LOOK = Duration.ofDays(1);
    private static final Duration USUAL_LOOK = Duration.ofHours(6);

    /** When a certificate is looked at again whose renewal did not begin. */
    private static final Duration AGAIN = Duration.ofMinutes(5);

    /** Of a tenant with many not all: others are not behind it. */
    private static final String DUE = """
            select d.tenant_id, d.certificate_id
            from (
                select c.tenant_id, c.certificate_id, c.renew_at, row_number() over (partition by c.tenant_id order by c.renew_at) as place
                from acme_certificate c join tenant t on t.tenant_id = c.tenant_id
                where c.renew_at <= ? and t.status = 'active'
            ) d
            where d.place <= 40 order by d.renew_at limit ?
            """;
    /** As above. */
    private static final String LOOK = """
            select d.tenant_id, d.certificate_id
            from (
                select c.tenant_id, c.certificate_id, c.look_at, row_number() over (partition by c.tenant_id order by c.look_at) as place
                from acme_certificate c join tenant t on t.tenant_id = c.tenant_id
                where c.look_at <= ? and t.status = 'active'
            ) d
            where d.place <= 4 order by d.look_at limit ?
            """;

    private final DueRows rows;
    private final AcmeClient client;
    private final OrderTally tally;
    private final Ids ids;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore room = new Semaphore(LOOKS);
    private volatile boolean stopping;

    /** @param worker logs in as the worker role; connections in auto-commit mode */
    public RenewalWorker(DataSource worker, AcmeClient client, OrderTally tally, Ids ids) {
        this.rows = new DueRows(worker);
        this.client = client;
        this.tally = tally;
        this.ids = ids;
    }

    /** All that are due now. */
    public void begin() throws SQLException {
        for (Due due : rows.find(DUE, client.now(), BATCH)) {
            if (stopping) {
                return;
            }
            try {
                begin(due);
            } catch (RuntimeException failure) {
                LOG.warn("the renewal of {} of {} could not be put off", due.id(), due.tenant(), failure);
            }
        }
    }

    private void begin(Due due) {
        boolean begun = false;
        try {
            begun = isBegun(due);
        } catch (DuplicateKeyException underWay) {
            LOG.debug("{} is being renewed already", due.id());
        } catch (RuntimeException failure) {
            LOG.warn("the renewal of {} of {} did not begin", due.id(), due.tenant(), failure);
        }
        if (!begun) {
            putOff(due);
        }
    }

    /** Whatever did not begin would be found again and again, in the place of others. */
    private void putOff(Due due) {
        Instant now = client.now();
        client.orderRows()
                .transactions()
                .update(
                        due.tenant(),
                        "update acme_certificate set renew_at = ? where tenant_id = ? and certificate_id = ? and renew_at <= ?",
                        now.plus(AGAIN),
                        due.tenant().value(),
                        due.id(),
                        now);
    }

    private boolean isBegun(Due due) {
        OrderRepository orders = client.orderRows();
        UUID order = ids.nextUuid();
        Instant now = client.now();
        boolean begun = orders.transactions().inTransaction(due.tenant(), tx -> {
            Optional<RenewalStart.Due> found = RenewalStart.lock(tx, due.id()).filter(RenewalStart.Due::wanted);
            if (found.isEmpty()) {
                return false;
            }
            if (found.get().exposed()) {
                client.certificateRows().endRenewal(tx, due.id(), now);
                orders.record(
                        tx,
                        client.journal()
                                .entry(
                                        due.tenant(),
                                        AuditAction.PKI_ACME_ORDER_STEP,
                                        ManagedCertificate.idText(due.id()),
                                        Map.of("step", "renewal_ended", "reason", "key_compromised")));
                return false;
            }
            RenewalStart.begin(tx, orders, found.get(), order, now, OrderJournal.BY.value());
            orders.record(
                    tx,
                    client.journal()
                            .entry(
                                    due.tenant(),
                                    AuditAction.PKI_ACME_ORDER_STEP,
                                    Ids.text(AcmeOrder.PREFIX, order),
                                    Map.of(
                                            "step",
                                            "renewal_begun",
                                            "status",
                                            "pending",
                                            "certificate_id",
                                            ManagedCertificate.idText(due.id()))));
            return true;
        });
        if (begun) {
            orders.find(due.tenant(), order).ifPresent(made -> tally.reached(made.provider(), OrderStatus.PENDING));
        }
        return begun;
    }

    /** Begins to ask about those whose directory has not been asked for long, as far as there is room. Does not wait for it: a directory may be slow. */
    public void look() throws SQLException {
        for (Due due : rows.find(LOOK, client.now(), LOOKS)) {
            if (!stopping && room.tryAcquire()) {
                threads.execute(() -> looked(due));
            }
        }
    }

    private void looked(Due due) {
        try {
            try {
                look(due);
            } catch (VaultException | DirectoryFailure | AcmeException unavailable) {
                LOG.info(
                        "when {} of {} is to be renewed is asked again later: {}",
                        due.id(),
                        due.tenant(),
                        unavailable.toString());
            } catch (RuntimeException failure) {
                LOG.warn("when {} of {} is to be renewed is asked again later", due.id(), due.tenant(), failure);
            }
        } finally {
            room.release();
        }
    }

    private void look(Due due) throws DirectoryFailure, AcmeException {
        Instant now = client.now();
        Optional<Looked> claimed = claim(due, now);
        if (claimed.isEmpty()) {
            return;
        }
        Looked about = claimed.get();
        AcmeAccount account =
                client.accountRows().find(due.tenant(), about.account()).orElseThrow(AccountService::notFound);
        Login login = client.logins().open(due.tenant(), about.partner(), account);
        if (login.getSession().resourceUrlOptional(Resource.RENEWAL_INFO).isEmpty()) {
            return;
        }
        RenewalInfo info;
        try {
            info = login.bindRenewalInfo(leaf(due, about));
            Instant retry = info.fetch().orElse(now.plus(USUAL_LOOK));
            Instant start = info.getSuggestedWindowStart();
            Instant end = info.getSuggestedWindowEnd();
            if (!end.isAfter(start)) {
                return;
            }
            store(due, about, start, end, bounded(retry, now), now);
        } catch (AcmeException | RuntimeException refused) {
            throw DirectoryFailure.of(refused);
        }
    }

    private static Instant bounded(Instant retry, Instant now) {
        Instant soonest = now.plus(SOONEST_LOOK);
        Instant latest = now.plus(LATEST_LOOK);
        return retry.isBefore(soonest) ? soonest : retry.isAfter(latest) ? latest : retry;
    }

    /** So that no other instance asks as well. */
    private Optional<Looked> claim(Due due, Instant now) {
        return client.orderRows()
                .transactions()
                .queryOne(
                        due.tenant(),
                        """
                        update acme_certificate c set look_at = ?
                        from acme_certificate_version v, tenant t
                        where c.tenant_id = ? and c.certificate_id = ? and c.look_at <= ? and v.tenant_id = c.tenant_id and v.certificate_id = c.certificate_id
                            and v.version = c.version and t.tenant_id = c.tenant_id
                        returning c.account_id, t.partner_id, c.version, v.key_id, c.renew_at, c.look_at
                        """,
                        (results, index) -> new Looked(
                                results.getObject("account_id", UUID.class),
                                new PartnerId(results.getString("partner_id")),
                                results.getInt("version"),
                                results.getString("key_id"),
                                OrderRows.time(results, "renew_at"),
                                OrderRows.instant(results, "look_at")),
                        now.plus(USUAL_LOOK),
                        due.tenant().value(),
                        due.id(),
                        now);
    }

    private X509Certificate leaf(Due due, Looked about) {
        try (KeyBundle bundle = client.keys().open(due.tenant(), about.partner(), about.keyId())) {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(bundle.chain().getFirst()));
        } catch (CertificateException impossible) {
            throw new IllegalStateException("a certificate was stored that cannot be read", impossible);
        }
    }

    /** A moment that lies in the window already stays: it is chosen once, not again at each question. What somebody else wrote meanwhile stays as well. */
    private void store(Due due, Looked about, Instant start, Instant end, Instant next, Instant now) {
        Instant known = about.renewAt();
        boolean fits = known != null && !known.isBefore(start) && known.isBefore(end);
        Instant chosen = fits ? known : client.times().renewal(start, end, now);
        client.orderRows()
                .transactions()
                .update(
                        due.tenant(),
                        """
                        update acme_certificate set renew_at = ?, look_at = ?
                        where tenant_id = ? and certificate_id = ? and version = ? and auto_renew and renew_at is not null and look_at = ?
                        """,
                        chosen,
                        next,
                        due.tenant().value(),
                        due.id(),
                        about.version(),
                        about.claimed());
    }

    /** Begins with nothing more. */
    public void stop() {
        stopping = true;
    }

    /** What is being asked is asked again, by this instance or another. */
    @Override
    public void close() {
        stopping = true;
        threads.shutdownNow();
    }

    private record Looked(
            UUID account,
            PartnerId partner,
            int version,
            String keyId,
            @Nullable Instant renewAt,
            Instant claimed) {}
}
