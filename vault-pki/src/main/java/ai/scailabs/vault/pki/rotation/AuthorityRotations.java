package ai.scailabs.vault.pki.rotation;

import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.persistence.due.Backoff;
import ai.scailabs.vault.persistence.due.Due;
import ai.scailabs.vault.persistence.due.DueRows;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.issuer.AuthorityRotation;
import ai.scailabs.vault.pki.issuer.AuthorityService;
import ai.scailabs.vault.pki.issuer.AuthorityStatus;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.issuer.Maker;
import ai.scailabs.vault.pki.role.RoleService;
import ai.scailabs.vault.pki.timing.RenewalJournal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks, every hour at each authority that signs, when its key should give way to another; and where the authority says so, and its parent is here, sees to that. Of the others it is told in the log, once a day. Every
 * instance may: one takes an authority on for ten minutes.
 */
public final class AuthorityRotations {
    private static final Logger LOG = LoggerFactory.getLogger(AuthorityRotations.class);
    private static final int LOOKED_AT = 200;

    /** Longer than a key of RSA, an HSM and a slow root key take together; whoever was killed holds it no longer. */
    private static final Duration TAKEN = Duration.ofMinutes(10);

    private static final Duration LOOK_EVERY = Duration.ofHours(1);
    private static final Duration TELL_EVERY = Duration.ofDays(1);
    private static final Duration WHILE_BUSY = Duration.ofMinutes(1);

    private static final String LOOK = """
            select r.tenant_id, r.ca_id from ca_rotation r
            join certificate_authority a on a.tenant_id = r.tenant_id and a.ca_id = r.ca_id join tenant t on t.tenant_id = r.tenant_id
            where r.look_at <= ? and a.status = 'active' and t.status = 'active' order by r.look_at limit ?
            """;

    private static final String DUE = """
            select count(*) from ca_rotation r
            join certificate_authority a on a.tenant_id = r.tenant_id and a.ca_id = r.ca_id join tenant t on t.tenant_id = r.tenant_id
            where r.rotate_at <= ? and a.status = 'active' and t.status = 'active'
            """;

    private final DataSource worker;
    private final DueRows rows;
    private final RotationRepository rotations;
    private final AuthorityService authorities;
    private final AuthorityRotation rotation;
    private final RoleService roles;
    private final Backoff backoff;
    private final RenewalJournal journal;
    private final RotationTally tally;
    private final Clock clock;
    private volatile boolean stopping;

    /** @param worker logs in as the worker role; connections in auto-commit mode */
    public AuthorityRotations(
            DataSource worker,
            TenantTransactions transactions,
            AuthorityService authorities,
            RoleService roles,
            Backoff backoff,
            RenewalJournal journal,
            RotationTally tally,
            Clock clock) {
        this.worker = worker;
        this.rows = new DueRows(worker);
        this.rotations = new RotationRepository(transactions);
        this.authorities = authorities;
        this.rotation = new AuthorityRotation(authorities);
        this.roles = roles;
        this.backoff = backoff;
        this.journal = journal;
        this.tally = tally;
        this.clock = clock;
    }

    /** All that are to be looked at now, one after the other. */
    public void run() throws SQLException {
        for (Due due : rows.find(LOOK, clock.instant(), LOOKED_AT)) {
            if (stopping) {
                return;
            }
            try {
                look(due);
            } catch (RuntimeException failure) {
                // It is looked at again when it is not taken any more.
                LOG.warn("an authority of {} is looked at later", due.tenant(), failure);
            }
        }
    }

    /** Begins with nothing more. */
    public void stop() {
        stopping = true;
    }

    private void look(Due due) {
        Instant now = now();
        Instant until = now.plus(TAKEN);
        Optional<PartnerId> partner = rotations.take(due.tenant(), due.id(), now, until);
        Optional<CertificateAuthority> found =
                partner.isEmpty() ? Optional.empty() : authorities.known(due.tenant(), due.id());
        if (found.isEmpty()) {
            return;
        }
        CertificateAuthority authority = found.get();
        Taken taken = new Taken(
                new Maker(due.tenant(), partner.get(), RenewalJournal.BY),
                authority,
                until,
                RotationTime.due(authority.current(), roles.longestLife(due.tenant(), due.id())));
        if (now.isBefore(taken.dueAt())) {
            Instant soon = backoff.after(LOOK_EVERY, now);
            settle(taken, soon.isBefore(taken.dueAt()) ? soon : taken.dueAt());
        } else if (authority.rotation().automatic()) {
            rotate(taken, now);
        } else {
            LOG.warn(
                    "the key of {} of {} should give way to another: its certificate ends at {}",
                    authority.text(),
                    due.tenant(),
                    authority.current().notAfter());
            settle(taken, backoff.after(TELL_EVERY, now));
        }
    }

    private void settle(Taken taken, Instant next) {
        rotations.settle(
                taken.maker().tenant(),
                taken.authority().id(),
                taken.until(),
                taken.dueAt(),
                next.truncatedTo(ChronoUnit.MICROS));
    }

    private void rotate(Taken taken, Instant now) {
        CertificateAuthority before = taken.authority();
        Attempt attempt = journal.begin(taken.maker().tenant(), AuditAction.PKI_CA_ROTATE, before.text());
        try {
            CertificateAuthority parent = parent(taken);
            int days = RotationTime.days(before.current(), parent.current(), now)
                    .orElseThrow(() -> new VaultException(
                            ErrorCode.TTL_EXCEEDED,
                            "The parent ends before another key would be of use: give it a new one first"));
            AuditEntry entry = journal.succeeded(attempt, Map.of("automatic", true));
            rotation.rotateAlone(taken.maker(), before, parent, days, entry);
            tally.rotated();
        } catch (VaultException refused) {
            if (refused.code() == ErrorCode.RATE_LIMITED) {
                rotations.postpone(
                        taken.maker().tenant(),
                        before.id(),
                        taken.until(),
                        backoff.after(WHILE_BUSY, now).truncatedTo(ChronoUnit.MICROS));
            } else {
                fail(taken, attempt, refused.code(), String.valueOf(refused.getMessage()));
            }
        } catch (RuntimeException failure) {
            LOG.warn(
                    "the key of {} of {} gives way later",
                    before.text(),
                    taken.maker().tenant(),
                    failure);
            fail(taken, attempt, ErrorCode.INTERNAL_ERROR, "The rotation failed; the log of the service says why");
        }
    }

    private CertificateAuthority parent(Taken taken) {
        UUID id = taken.authority().parentId();
        CertificateAuthority parent = id == null
                ? null
                : authorities.known(taken.maker().tenant(), id).orElse(null);
        if (parent == null || parent.status() != AuthorityStatus.ACTIVE) {
            throw new VaultException(
                    ErrorCode.CONFLICT,
                    "The parent does not sign",
                    Map.of(
                            "state",
                            parent == null ? "external" : parent.status().wireName()));
        }
        return parent;
    }

    private void fail(Taken taken, Attempt attempt, ErrorCode code, String message) {
        CertificateAuthority authority = taken.authority();
        CertificateAuthority.Failure last = authority.rotation().failure();
        int attempts = last == null ? 0 : last.attempts();
        Instant next = backoff.anew(attempts, null, now()).truncatedTo(ChronoUnit.MICROS);
        RenewalJournal.Failure failure = new RenewalJournal.Failure(code, message, attempts + 1, next);
        Map<String, Object> about = Map.of(
                "automatic",
                true,
                "ca",
                authority.name(),
                "serial_number",
                authority.current().serial().toString(),
                "subject",
                authority.current().subject(),
                "not_after",
                authority.current().notAfter().toString());
        if (journal.failed(
                attempt,
                failure,
                about,
                tx -> rotations.fail(tx, authority.id(), taken.until(), taken.dueAt(), failure))) {
            tally.failed();
        }
    }

    /** How many there are whose key should have given way; also of those that nobody but people may rotate. */
    public void count() throws SQLException {
        try (Connection connection = worker.getConnection();
                PreparedStatement statement = connection.prepareStatement(DUE)) {
            statement.setObject(1, clock.instant().atOffset(ZoneOffset.UTC));
            try (ResultSet results = statement.executeQuery()) {
                results.next();
                tally.due(results.getLong(1));
            }
        }
    }

    /** As the database keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /**
     * An authority that is being looked at.
     *
     * @param until another instance may look then
     * @param dueAt when its key should give way
     */
    private record Taken(Maker maker, CertificateAuthority authority, Instant until, Instant dueAt) {}
}
