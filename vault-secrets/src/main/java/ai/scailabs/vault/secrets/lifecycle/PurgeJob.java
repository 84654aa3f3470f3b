package ai.scailabs.vault.secrets.lifecycle;

import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.jdbc.JobLock;
import ai.scailabs.vault.secrets.secret.SecretService;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * Destroys soft-deleted secrets whose time is up, and versions whose grace has been over for a day and whose secret has left the rotation policy that would do so. The worker login only finds them; each is destroyed as its tenant, with an
 * audit entry of {@code system:purge}. One instance at a time does so, whoever has the lock. A suspended tenant's secrets stay until it is active again.
 */
public final class PurgeJob {
    private static final IdentityId PURGE = new IdentityId("system:purge");
    private static final JobLock LOCK = new JobLock(0x5CA1_0000_0000_0001L);

    private static final int BATCH = 500;
    private static final int MAX_BATCHES = 20;

    /** Whoever takes over a secret takes it from under its policy and puts it there again, and the connector still needs what the version holds. */
    private static final Duration TIME_TO_RETURN = Duration.ofDays(1);

    private static final String DUE = """
            select s.tenant_id, s.path from secret s join tenant t on t.tenant_id = s.tenant_id
            where s.deleted_at is not null and s.recoverable_until <= ? and t.status = 'active'
                and (s.tenant_id, s.path) > (?, ?)
            order by s.tenant_id, s.path limit ?
            """;

    private static final String PAST_GRACE = """
            select v.tenant_id, v.path, v.version from secret_version v join tenant t on t.tenant_id = v.tenant_id
            where greatest(v.readable_until, v.left_policy_at) <= ? and v.readable_until is not null and v.destroyed_at is null and t.status = 'active'
                and not exists (select from rotation_assignment a where a.tenant_id = v.tenant_id and a.path = v.path)
                and not exists (select from secret s where s.tenant_id = v.tenant_id and s.path = v.path and s.deleted_at is not null)
                and (v.tenant_id, v.path, v.version) > (?, ?, ?)
            order by v.tenant_id, v.path, v.version limit ?
            """;

    private final DataSource worker;
    private final SecretService secrets;
    private final AuditEntries entries;
    private final Ids ids;
    private final Clock clock;

    /** @param worker logs in as the worker role; connections in auto-commit mode */
    public PurgeJob(DataSource worker, SecretService secrets, AuditEntries entries, Ids ids, Clock clock) {
        this.worker = worker;
        this.secrets = secrets;
        this.entries = entries;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * One pass over what is due, at most 10,000 secrets and as many versions; safe to break off anywhere.
     *
     * @throws VaultException {@code service_unavailable} when the database cannot be asked
     */
    public PurgeCounts run() {
        try (Connection connection = worker.getConnection()) {
            if (!LOCK.take(connection)) {
                return PurgeCounts.NONE;
            }
            try {
                return purgeAll(connection).plus(retireAll(connection));
            } finally {
                LOCK.release(connection);
            }
        } catch (SQLException e) {
            throw new VaultException(ErrorCode.SERVICE_UNAVAILABLE, "The deleted secrets cannot be looked through", e);
        }
    }

    private PurgeCounts purgeAll(Connection connection) throws SQLException {
        PurgeCounts counts = PurgeCounts.NONE;
        Due last = new Due("", "");
        for (int batch = 0; batch < MAX_BATCHES; batch++) {
            List<Due> due = due(connection, last);
            for (Due secret : due) {
                counts = counts.plus(purge(secret));
            }
            if (due.size() < BATCH) {
                return counts;
            }
            last = due.getLast();
        }
        return counts;
    }

    private PurgeCounts retireAll(Connection connection) throws SQLException {
        PurgeCounts counts = PurgeCounts.NONE;
        DueVersion last = new DueVersion(new Due("", ""), 0);
        for (int batch = 0; batch < MAX_BATCHES; batch++) {
            List<DueVersion> due = pastGrace(connection, last);
            for (DueVersion version : due) {
                counts = counts.plus(retire(version));
            }
            if (due.size() < BATCH) {
                return counts;
            }
            last = due.getLast();
        }
        return counts;
    }

    private PurgeCounts retire(DueVersion due) {
        TenantId owner = new TenantId(due.of().tenant());
        SecretPath path = new SecretPath(due.of().path());
        boolean done = secrets.renewal().retire(owner, path, due.version(), entry(owner, path));
        return done ? new PurgeCounts(0, 1, 0) : new PurgeCounts(0, 0, 1);
    }

    private AuditEntry entry(TenantId owner, SecretPath path) {
        return entries.succeeded(new Attempt(
                owner, AuditAction.PURGE, PURGE, null, path.value(), null, null, ids.next("req_"), System.nanoTime()));
    }

    private PurgeCounts purge(Due due) {
        TenantId owner = new TenantId(due.tenant());
        SecretPath path = new SecretPath(due.path());
        return secrets.purge(owner, path, entry(owner, path))
                .map(result -> new PurgeCounts(1, result.versionCount(), 0))
                .orElse(new PurgeCounts(0, 0, 1));
    }

    private List<Due> due(Connection connection, Due after) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(DUE)) {
            statement.setObject(1, OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC));
            statement.setString(2, after.tenant());
            statement.setString(3, after.path());
            statement.setInt(4, BATCH);
            List<Due> due = new ArrayList<>();
            try (ResultSet results = statement.executeQuery()) {
                while (results.next()) {
                    due.add(new Due(results.getString(1), results.getString(2)));
                }
            }
            return due;
        }
    }

    private List<DueVersion> pastGrace(Connection connection, DueVersion after) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(PAST_GRACE)) {
            statement.setObject(1, OffsetDateTime.ofInstant(clock.instant().minus(TIME_TO_RETURN), ZoneOffset.UTC));
            statement.setString(2, after.of().tenant());
            statement.setString(3, after.of().path());
            statement.setInt(4, after.version());
            statement.setInt(5, BATCH);
            List<DueVersion> due = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    due.add(new DueVersion(new Due(row.getString(1), row.getString(2)), row.getInt(3)));
                }
            }
            return due;
        }
    }

    private record Due(String tenant, String path) {}

    private record DueVersion(Due of, int version) {}
}
