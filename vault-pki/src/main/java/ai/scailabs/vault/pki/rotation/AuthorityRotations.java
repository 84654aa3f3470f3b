package ai.scailabs.vault.pki.rotation;

import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.issuer.AuthorityRotation;
import ai.scailabs.vault.pki.issuer.AuthorityService;
import ai.scailabs.vault.pki.issuer.AuthorityStatus;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.issuer.Maker;
import ai.scailabs.vault.pki.role.RoleService;
import ai.scailabs.vault.pki.timing.Backoff;
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
import java.util.List;
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
    private static final IdentityId BY = new IdentityId("system:renewal");
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
    private final RotationRepository rotations;
    private final AuthorityService authorities;
    private final AuthorityRotation rotation;
    private final RoleService roles;
    private final Backoff backoff;
    private final AuditEntries entries;
    private final Ids ids;
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
            AuditEntries entries,
            Ids ids,
            RotationTally tally,
            Clock clock) {
        this.worker = worker;
        this.rotations = new RotationRepository(transactions);
        this.authorities = authorities;
        this.rotation = new AuthorityRotation(authorities);
        this.roles = roles;
        this.backoff = backoff;
        this.entries = entries;
        this.ids = ids;
        this.tally = tally;
        this.clock = clock;
    }

    /** All that are to be looked at now, one after the other. */
    public void run() throws SQLException {
        for (Place place : places()) {
            if (stopping) {
                return;
            }
            try {
                look(place);
            } catch (RuntimeException failure) {
                // It is looked at again when it is not taken any more.
                LOG.warn("an authority of {} is looked at later", place.tenant(), failure);
            }
        }
    }

    /** Begins with nothing more. */
    public void stop() {
        stopping = true;
    }

    private void look(Place place) {
        Instant now = now();
        Instant until = now.plus(TAKEN);
        Optional<PartnerId> partner = rotations.take(place.tenant(), place.authority(), now, until);
        Optional<CertificateAuthority> found =
                partner.isEmpty() ? Optional.empty() : authorities.known(place.tenant(), place.authority());
        if (found.isEmpty()) {
            return;
        }
        CertificateAuthority authority = found.get();
        Taken taken = new Taken(
                new Maker(place.tenant(), partner.get(), BY),
                authority,
                until,
                RotationTime.due(authority.current(), roles.longestLife(place.tenant(), place.authority())));
        if (now.isBefore(taken.dueAt())) {
            Instant soon = backoff.after(LOOK_EVERY, now);
            settle(taken, soon.isBefore(taken.dueAt()) ? soon : taken.dueAt());
        } else if (authority.rotation().automatic()) {
            rotate(taken, now);
        } else {
            LOG.warn(
                    "the key of {} of {} should give way to another: its certificate ends at {}",
                    authority.text(),
                    place.tenant(),
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
        Attempt attempt = new Attempt(
                taken.maker().tenant(),
                AuditAction.PKI_CA_ROTATE,
                BY,
                null,
                before.text(),
                null,
                null,
                ids.next("req_"),
                System.nanoTime());
        try {
            CertificateAuthority parent = parent(taken);
            int days = RotationTime.days(before.current(), parent.current(), now)
                    .orElseThrow(() -> new VaultException(
                            ErrorCode.TTL_EXCEEDED,
                            "The parent ends before another key would be of use: give it a new one first"));
            AuditEntry entry = entries.succeeded(attempt).withExtra(Map.of("automatic", true));
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
        Map<String, Object> facts = new HashMap<>();
        facts.put("automatic", true);
        facts.put("ca", authority.name());
        facts.put("serial_number", authority.current().serial().toString());
        facts.put("subject", authority.current().subject());
        facts.put("not_after", authority.current().notAfter().toString());
        facts.put("problem", Map.of("code", code.code(), "message", message));
        facts.put("attempts", attempts + 1);
        facts.put("next_attempt_at", next.toString());
        boolean told = rotations.transactions().inTransaction(taken.maker().tenant(), tx -> {
            if (!rotations.fail(tx, authority.id(), taken.until(), taken.dueAt(), code.code(), message, next)) {
                return false;
            }
            rotations.record(tx, entries.failed(attempt, code).withExtra(facts));
            return true;
        });
        if (told) {
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

    private List<Place> places() throws SQLException {
        List<Place> places = new ArrayList<>();
        try (Connection connection = worker.getConnection();
                PreparedStatement statement = connection.prepareStatement(LOOK)) {
            OffsetDateTime now = clock.instant().atOffset(ZoneOffset.UTC);
            statement.setObject(1, now);
            statement.setInt(2, LOOKED_AT);
            try (ResultSet results = statement.executeQuery()) {
                while (results.next()) {
                    places.add(new Place(new TenantId(results.getString(1)), results.getObject(2, UUID.class)));
                }
            }
        }
        return places;
    }

    /** As the database keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private record Place(TenantId tenant, UUID authority) {}

    /**
     * An authority that is being looked at.
     *
     * @param until another instance may look then
     * @param dueAt when its key should give way
     */
    private record Taken(Maker maker, CertificateAuthority authority, Instant until, Instant dueAt) {}
}
