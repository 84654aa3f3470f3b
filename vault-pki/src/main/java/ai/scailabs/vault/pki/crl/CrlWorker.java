package ai.scailabs.vault.pki.crl;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.persistence.due.Due;
import ai.scailabs.vault.persistence.due.DueRows;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has lists made when they are due, whoever's has waited longest first. Every instance may look; {@link CrlBuilder} sees to it that one makes them. What an instance that died has left unfinished is due when its
 * lease is over.
 */
public final class CrlWorker {
    private static final Logger LOG = LoggerFactory.getLogger(CrlWorker.class);
    private static final int BATCH = 20;
    private static final int MAX_BATCHES = 50;

    /** Of a tenant that is suspended or erased nothing is signed. */
    private static final String DUE = """
            select s.tenant_id, s.ca_id from crl_schedule s join tenant t on t.tenant_id = s.tenant_id
            where (s.due_at <= ? and s.lease_until is null or s.lease_until <= ?) and t.status = 'active'
            order by s.due_at, s.ca_id limit ?
            """;

    private final DueRows rows;
    private final CrlBuilder builder;
    private final Clock clock;
    private volatile boolean stopping;

    /** @param worker logs in as the worker role; connections in auto-commit mode */
    public CrlWorker(DataSource worker, CrlBuilder builder, Clock clock) {
        this.rows = new DueRows(worker);
        this.builder = builder;
        this.clock = clock;
    }

    /** All that is due now. */
    public void run() throws SQLException {
        List<Due> due = due();
        for (int batch = 0; batch < MAX_BATCHES && !due.isEmpty() && !stopping; batch++) {
            boolean anything = false;
            for (Due each : due) {
                anything |= !stopping && build(each);
            }
            if (!anything) {
                return;
            }
            due = due();
        }
    }

    private boolean build(Due due) {
        try {
            return builder.build(due.tenant(), due.id(), false).isPresent();
        } catch (VaultException unavailable) {
            LOG.warn("the lists of {} of {} wait: {}", due.id(), due.tenant(), unavailable.toString());
        } catch (RuntimeException failure) {
            LOG.warn("the lists of {} of {} were not made, and are tried again", due.id(), due.tenant(), failure);
        }
        return false;
    }

    private List<Due> due() throws SQLException {
        Instant now = clock.instant();
        return rows.find(DUE, now, now, BATCH);
    }

    /** Ends when the authority that is at work is done. */
    public void stop() {
        stopping = true;
    }
}
