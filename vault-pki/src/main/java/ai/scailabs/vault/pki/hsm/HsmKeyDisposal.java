package ai.scailabs.vault.pki.hsm;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.hsm.HsmKeyRepository.LedgerRow;
import ai.scailabs.vault.tenancy.erasure.OutsideKeys;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Destroys keys in the HSM that nobody needs: those of tenants that are erased, and those that were made for an authority that never came to be. That a key is to end is durable before the HSM is asked, and is
 * tried until it is done; to destroy one again does nothing. Harmless when two instances are at it.
 */
public final class HsmKeyDisposal implements OutsideKeys {
    /** An authority that is made takes less: its number is reserved for ten minutes. */
    static final Duration UNKEPT = Duration.ofMinutes(15);

    private static final Logger LOG = LoggerFactory.getLogger(HsmKeyDisposal.class);
    private static final String WAITING = """
            select distinct tenant_id from ca_hsm_key where state = 'ending' or state = 'making' and created_at < ? order by tenant_id limit 1000
            """;

    private final DataSource worker;
    private final HsmKeyRepository ledger;
    private final HsmAuthorityKeys keys;
    private final Clock clock;
    private boolean troubled;

    /** @param worker logs in as the worker role; connections in auto-commit mode */
    public HsmKeyDisposal(DataSource worker, TenantTransactions transactions, HsmAuthorityKeys keys, Clock clock) {
        this.worker = worker;
        this.ledger = new HsmKeyRepository(transactions);
        this.keys = keys;
        this.clock = clock;
    }

    @Override
    public List<Ended> destroy(TenantId tenant) {
        ledger.endAll(tenant);
        end(tenant);
        List<Ended> ended = new ArrayList<>();
        for (LedgerRow row : ledger.destroyed(tenant)) {
            ended.add(new Ended(row.keyId(), row.createdAt(), Objects.requireNonNull(row.destroyedAt())));
        }
        return List.copyOf(ended);
    }

    /** Of all tenants what waits; what fails is tried again with the next run, and told once. Not to be called by two threads at once. */
    public void run() throws SQLException {
        Instant before = clock.instant().minus(UNKEPT);
        boolean well = true;
        for (TenantId tenant : waiting(before)) {
            try {
                ledger.giveUp(tenant, before);
                end(tenant);
            } catch (VaultException unavailable) {
                well = false;
                if (!troubled) {
                    LOG.warn("keys in the HSM wait to be destroyed: {}", unavailable.toString());
                }
            }
        }
        troubled = !well;
    }

    private void end(TenantId tenant) {
        for (LedgerRow row : ledger.ending(tenant)) {
            keys.destroy(tenant, row.keyId(), row.reference());
            ledger.destroyed(tenant, row.keyId(), clock.instant().truncatedTo(ChronoUnit.MICROS));
            LOG.info("the key {} of {} in the HSM is destroyed", row.keyId(), tenant);
        }
    }

    private List<TenantId> waiting(Instant before) throws SQLException {
        List<TenantId> tenants = new ArrayList<>();
        try (Connection connection = worker.getConnection();
                PreparedStatement statement = connection.prepareStatement(WAITING)) {
            statement.setObject(1, before.atOffset(ZoneOffset.UTC));
            try (ResultSet results = statement.executeQuery()) {
                while (results.next()) {
                    tenants.add(new TenantId(results.getString(1)));
                }
            }
        }
        return tenants;
    }
}
