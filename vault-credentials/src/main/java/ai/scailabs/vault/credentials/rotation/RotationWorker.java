package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.persistence.due.Due;
import ai.scailabs.vault.persistence.due.DueRows;
import ai.scailabs.vault.persistence.due.FairWork;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.SQLException;
import java.util.UUID;
import javax.sql.DataSource;

/** Finds secrets under policies of which something is due, of all tenants in turn, and has it done. However many are due, it holds a few. */
public final class RotationWorker implements AutoCloseable {
    private static final int AT_ONCE = 16;
    private static final int OF_A_TENANT = 6;
    private static final int LOOKED_AT = 64;

    /** From tenant to tenant, so that many that are due of one do not hide those of others; nothing is looked through while nothing is due. */
    private static final String DUE = """
            with recursive owner as (
                (select a.tenant_id from rotation_assignment a
                where exists (select from rotation_assignment d where d.next_at <= now() and (d.taken_until is null or d.taken_until <= now())) order by a.tenant_id limit 1)
                union all
                select (select a.tenant_id from rotation_assignment a where a.tenant_id > o.tenant_id order by a.tenant_id limit 1)
                from owner o where o.tenant_id is not null
            )
            select d.tenant_id, d.assignment_id
            from owner o
            join tenant t on t.tenant_id = o.tenant_id and t.status = 'active'
            cross join lateral (
                select a.tenant_id, a.assignment_id, a.next_at from rotation_assignment a
                where a.tenant_id = o.tenant_id and a.next_at <= now() and (a.taken_until is null or a.taken_until <= now()) order by a.next_at limit ?
            ) d
            order by d.next_at limit ?
            """;

    private final DueRows rows;
    private final AssignmentRepository assignments;
    private final RotationTurn turn;
    private final Ids ids;
    private final FairWork work = new FairWork("a rotation", AT_ONCE, OF_A_TENANT, this::work);

    /** @param worker logs in as the worker role; connections in auto-commit mode */
    public RotationWorker(DataSource worker, TenantTransactions transactions, RotationSteps steps, Ids ids) {
        this.rows = new DueRows(worker);
        this.assignments = new AssignmentRepository(transactions);
        this.turn = steps.turn();
        this.ids = ids;
    }

    /** Goes on until nothing is due that is not being done. */
    public void run() throws SQLException {
        work.runDry(ofATenant -> rows.find(DUE, ofATenant, LOOKED_AT));
    }

    private void work(Due due) {
        UUID holder = ids.nextUuid();
        assignments.take(due.tenant(), due.id(), holder).ifPresent(taken -> turn.work(taken, holder));
    }

    /** Begins with nothing more. */
    public void stop() {
        work.stop();
    }

    /** Waits a moment for what is under way; what is not over another instance goes on with. */
    @Override
    public void close() {
        work.close();
    }
}
