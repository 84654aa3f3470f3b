package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.persistence.due.Due;
import ai.scailabs.vault.persistence.due.DueRows;
import ai.scailabs.vault.persistence.due.FairWork;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import javax.sql.DataSource;

/**
 * Finds orders of which something is due, whoever's has waited longest first, and has several worked on at a time: of one tenant not all, so that no directory that a tenant named holds up another's. Every
 * instance may look; the lease of an order sees to it that one works on it, and ends by itself.
 */
public final class OrderWorker implements AutoCloseable {
    private static final int AT_ONCE = 32;
    private static final int OF_A_TENANT = 6;
    private static final int LOOKED_AT = 400;

    /** Of a tenant that is suspended or erased nothing is done, and of one with much to do not more than may be under way: others are not behind it. */
    private static final String DUE = """
            select d.tenant_id, d.order_id
            from (
                select o.tenant_id, o.order_id, o.next_attempt_at, row_number() over (partition by o.tenant_id order by o.next_attempt_at) as place
                from acme_order o join tenant t on t.tenant_id = o.tenant_id
                where o.stage <> 'done' and o.next_attempt_at <= ? and (o.lease_until is null or o.lease_until <= ?) and t.status = 'active'
            ) d
            where d.place <= ? order by d.next_attempt_at limit ?
            """;

    private final DueRows rows;
    private final OrderSteps steps;
    private final Clock clock;
    private final FairWork work = new FairWork("an order", AT_ONCE, OF_A_TENANT, this::work);

    /** @param worker logs in as the worker role; connections in auto-commit mode */
    public OrderWorker(DataSource worker, OrderSteps steps, Clock clock) {
        this.rows = new DueRows(worker);
        this.steps = steps;
        this.clock = clock;
    }

    /** Begins with what is due now, as far as there is room. Does not wait for it. */
    public void run() throws SQLException {
        Instant now = clock.instant();
        work.run(ofATenant -> rows.find(DUE, now, now, ofATenant, LOOKED_AT));
    }

    private void work(Due due) {
        steps.work(due.tenant(), due.id(), work::isStopping);
    }

    /** Begins with nothing more. */
    public void stop() {
        work.stop();
    }

    /** Waits a moment for what is under way; what is not over then another instance goes on with. */
    @Override
    public void close() {
        work.close();
    }
}
