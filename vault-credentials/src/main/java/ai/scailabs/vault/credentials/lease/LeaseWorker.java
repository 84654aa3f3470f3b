package ai.scailabs.vault.credentials.lease;

import ai.scailabs.vault.persistence.due.Due;
import ai.scailabs.vault.persistence.due.DueRows;
import ai.scailabs.vault.persistence.due.FairWork;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;

/** Finds engines of which leases are to end, of all tenants in turn, and has it done. However many are due, it holds a few. */
public final class LeaseWorker implements AutoCloseable {
    /** Many, as most of them wait for a target; few of one tenant, whose targets may all be slow. */
    private static final int AT_ONCE = 64;

    private static final int OF_A_TENANT = 4;
    private static final int LOOKED_AT = 128;

    /** Engines are few, and of each its longest due lease is found by the index. Those that do not answer are left alone for a while; tenants that are suspended are not: their credentials end as well. An engine that is to go is found when nothing of it is left. */
    private static final String DUE = """
            with due as (
                select e.tenant_id, e.engine_id, l.next_at, row_number() over (partition by e.tenant_id order by l.next_at nulls last) as turn
                from dynamic_engine e
                left join lateral (
                    select d.next_at from lease d
                    where d.tenant_id = e.tenant_id and d.engine_id = e.engine_id and d.next_at <= now() and (d.taken_until is null or d.taken_until <= now()) order by d.next_at limit 1) l on true
                where (l.next_at is not null and (e.blocked_until is null or e.blocked_until <= now()))
                    or (e.leaving and not exists (select from lease d where d.tenant_id = e.tenant_id and d.engine_id = e.engine_id and d.next_at is not null))
            )
            select tenant_id, engine_id from due where turn <= ? order by next_at nulls last limit ?
            """;

    private static final String DISPOSE = """
            delete from lease where (tenant_id, lease_id) in (
                select l.tenant_id, l.lease_id from lease l where l.ended_at < now() - interval '30 days' and l.expires_at < now() limit ?)
            """;

    private static final String STANDINGS = """
            select e.engine_id, e.healthy,
                (select count(*) from lease l where l.tenant_id = e.tenant_id and l.engine_id = e.engine_id and l.ended_at is null)
            from dynamic_engine e order by e.engine_id limit 10000
            """;

    private final DataSource worker;
    private final DueRows rows;
    private final LeaseEnding ending;
    private final FairWork work = new FairWork("the end of leases", AT_ONCE, OF_A_TENANT, this::work);

    /** @param worker logs in as the worker role; connections in auto-commit mode */
    public LeaseWorker(DataSource worker, LeaseEnding ending) {
        this.worker = worker;
        this.rows = new DueRows(worker);
        this.ending = ending;
    }

    /** Begins with what is due and is not being done; does not wait for it. */
    public void run() throws SQLException {
        work.run(ofATenant -> rows.find(DUE, ofATenant, LOOKED_AT));
    }

    private void work(Due due) {
        ending.endDue(due.tenant(), due.id(), work::isStopping);
    }

    /** Forgets some of those that ended long ago; how many it were. */
    public int dispose(int most) throws SQLException {
        try (Connection connection = worker.getConnection();
                PreparedStatement statement = connection.prepareStatement(DISPOSE)) {
            statement.setInt(1, most);
            return statement.executeUpdate();
        }
    }

    /** Of all tenants, for metrics. */
    public List<EngineStanding> standings() throws SQLException {
        List<EngineStanding> standings = new ArrayList<>();
        try (Connection connection = worker.getConnection();
                PreparedStatement statement = connection.prepareStatement(STANDINGS);
                ResultSet results = statement.executeQuery()) {
            while (results.next()) {
                standings.add(new EngineStanding(
                        results.getObject(1, UUID.class), results.getBoolean(2), results.getLong(3)));
            }
        }
        return standings;
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
