package ai.scailabs.vault.tenancy.erasure;

import ai.scailabs.vault.audit.trail.Attempt;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.jdbc.JobLock;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.tenancy.erasure.ErasureReport.DestroyedKey;
import ai.scailabs.vault.tenancy.rotation.SealedRows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out erasures that were confirmed: each tenant as itself, with its entry in the same transaction, and last the keys of the partner, where it is one. Of all instances the one with
 * the lock does so. What was done is done: broken off anywhere, the next run goes on.
 */
public final class ErasureWorker {
    private static final Logger LOG = LoggerFactory.getLogger(ErasureWorker.class);
    private static final IdentityId BY = new IdentityId("system:key-erasure");
    private static final JobLock LOCK = new JobLock(0x5CA1_0000_0000_0004L);

    private static final String CONFIRMED =
            "select tenant_id, erasure_id from key_erasure where status = 'CONFIRMED' order by confirmed_at, erasure_id";

    private static final String DESTROY_TENANT_KEYS =
            "with done as materialized (select destroy_tenant_keys(?) as keys) " + AuditRows.INSERT_SELECT
                    + " from done where keys > 0";

    private static final String DESTROYED_TENANT_KEYS = """
            select key_id, generation, created_at, destroyed_at, encode(wrapped_sha256, 'hex') from tenant_key
            where tenant_id = ? and state = 'destroyed' order by generation
            """;

    private static final String DESTROYED_PARTNER_KEYS = """
            select key_id, generation, created_at, destroyed_at, encode(wrapped_sha256, 'hex') from partner_key
            where partner_id = ? and state = 'destroyed' order by generation
            """;

    private final DataSource worker;
    private final TenantTransactions transactions;
    private final ErasureRepository erasures;
    private final List<SealedRows> kinds;
    private final OutsideKeys outside;
    private final AuditEntries entries;
    private final Ids ids;
    private final Clock clock;
    private boolean troubled;

    /**
     * @param worker logs in as the worker role; connections in auto-commit mode
     * @param rows what keys of tenants wrap
     * @param outside keys that are to be destroyed as well: before that is done, no erasure is completed
     */
    public ErasureWorker(
            DataSource worker,
            TenantTransactions transactions,
            List<SealedRows> rows,
            OutsideKeys outside,
            AuditEntries entries,
            Ids ids,
            Clock clock) {
        this.worker = worker;
        this.transactions = transactions;
        this.erasures = new ErasureRepository(transactions);
        this.kinds = List.copyOf(rows);
        this.outside = outside;
        this.entries = entries;
        this.ids = ids;
        this.clock = clock;
    }

    /** All that is confirmed; what fails is tried again with the next run, and told once. Not to be called by two threads at once. */
    public void run() {
        boolean well = true;
        try (Connection connection = worker.getConnection()) {
            if (!LOCK.take(connection)) {
                return;
            }
            try {
                for (Confirmed each : confirmed(connection)) {
                    well &= succeeds(each, connection);
                }
            } finally {
                LOCK.release(connection);
            }
        } catch (SQLException unavailable) {
            well = false;
            tellOnce("erasures wait for the database", unavailable);
        }
        troubled = !well;
    }

    private boolean succeeds(Confirmed confirmed, Connection connection) throws SQLException {
        try {
            carryOut(confirmed, connection);
            return true;
        } catch (VaultException unavailable) {
            tellOnce("the erasure " + confirmed.id() + " does not come on", unavailable);
            return false;
        }
    }

    private void tellOnce(String what, Exception why) {
        if (!troubled) {
            LOG.warn("{}: {}", what, why.toString());
        }
    }

    private void carryOut(Confirmed confirmed, Connection connection) throws SQLException {
        Optional<Erasure> found = erasures.find(confirmed.space(), confirmed.id());
        if (found.isEmpty()) {
            return;
        }
        Erasure erasure = found.get();
        if (erasure.level() == ErasureLevel.TENANT) {
            TenantId tenant = new TenantId(erasure.subject());
            erase(tenant, erasure.id(), connection);
            complete(erasure, List.of(tenant), Optional.empty());
        } else {
            erasePartner(erasure, new PartnerId(erasure.subject()), connection);
        }
    }

    private void erasePartner(Erasure erasure, PartnerId partner, Connection connection) throws SQLException {
        boolean over = false;
        while (!over) {
            // Before the tenants, so that none begins meanwhile; true only when all have ended.
            over = destroyPartnerKeys(partner, connection);
            if (!over) {
                for (TenantId tenant : tenants(connection, partner)) {
                    erase(tenant, erasure.id(), connection);
                }
            }
        }
        complete(erasure, tenants(connection, partner), Optional.of(partner));
    }

    private static boolean destroyPartnerKeys(PartnerId partner, Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select destroy_partner_keys(?)")) {
            statement.setString(1, partner.value());
            try (ResultSet result = statement.executeQuery()) {
                return result.next() && result.getBoolean(1);
            }
        }
    }

    /** With its entry, or nothing when it was done before. */
    private void erase(TenantId tenant, String erasureId, Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(DESTROY_TENANT_KEYS)) {
            statement.setString(1, tenant.value());
            AuditRows.bind(statement, 2, entry(tenant, erasureId));
            if (statement.executeUpdate() > 0) {
                LOG.info("the keys of {} are destroyed", tenant);
            }
        }
    }

    private void complete(Erasure erasure, List<TenantId> tenants, Optional<PartnerId> partner) {
        ErasureReport report = new ErasureReport();
        tenants.forEach(tenant -> tell(report, tenant));
        partner.ifPresent(ended -> transactions
                .query(TenantId.sharedBy(ended), DESTROYED_PARTNER_KEYS, (row, number) -> destroyed(row), ended.value())
                .forEach(report::partnerKey));
        transactions.inTransaction(erasure.space(), tx -> {
            if (erasures.complete(tx, erasure.id(), report.json(), now())) {
                AuditEntry entry = entry(tx.tenant(), erasure.id())
                        .withExtra(Map.of(
                                "level", erasure.level().wireName(),
                                "subject", erasure.subject(),
                                "no_longer_decryptable", report.lost(),
                                "still_decryptable", report.left(),
                                "hsm_keys_destroyed", report.outside()));
                tx.update(AuditRows.INSERT, AuditRows.arguments(entry));
            }
            return tx;
        });
        LOG.info("the erasure {} of {} is completed", erasure.id(), erasure.subject());
    }

    private void tell(ErasureReport report, TenantId tenant) {
        List<DestroyedKey> keys =
                transactions.query(tenant, DESTROYED_TENANT_KEYS, (row, number) -> destroyed(row), tenant.value());
        Set<String> ended = new HashSet<>();
        keys.forEach(key -> ended.add(key.id()));
        Map<String, Long> rows = new LinkedHashMap<>();
        long readable = 0;
        for (SealedRows kind : kinds) {
            long lost = 0;
            for (Map.Entry<KeyId, Long> count : kind.counts(tenant).entrySet()) {
                boolean gone = ended.contains(count.getKey().toString());
                lost += gone ? count.getValue() : 0;
                readable += gone ? 0 : count.getValue();
            }
            rows.put(kind.kind(), lost);
        }
        report.tenant(tenant.value(), keys, rows, readable, outside.destroy(tenant));
    }

    private static DestroyedKey destroyed(ResultSet row) throws SQLException {
        return new DestroyedKey(
                KeyId.of(row.getObject(1, UUID.class)).toString(),
                row.getInt(2),
                row.getObject(3, OffsetDateTime.class).toInstant().toString(),
                row.getObject(4, OffsetDateTime.class).toInstant().toString(),
                row.getString(5));
    }

    private AuditEntry entry(TenantId log, String erasureId) {
        return entries.succeeded(new Attempt(
                log, AuditAction.KEY_DESTROY, BY, null, erasureId, null, null, ids.next("req_"), System.nanoTime()));
    }

    private static List<Confirmed> confirmed(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(CONFIRMED);
                ResultSet results = statement.executeQuery()) {
            List<Confirmed> all = new ArrayList<>();
            while (results.next()) {
                all.add(new Confirmed(new TenantId(results.getString(1)), results.getString(2)));
            }
            return all;
        }
    }

    private static List<TenantId> tenants(Connection connection, PartnerId partner) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("select tenant_id from tenant where partner_id = ? order by 1")) {
            statement.setString(1, partner.value());
            try (ResultSet results = statement.executeQuery()) {
                List<TenantId> all = new ArrayList<>();
                while (results.next()) {
                    all.add(new TenantId(results.getString(1)));
                }
                return all;
            }
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private record Confirmed(TenantId space, String id) {}
}
