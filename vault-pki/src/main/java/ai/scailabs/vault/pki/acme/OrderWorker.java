package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.kernel.id.TenantId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds orders of which something is due, whoever's has waited longest first, and has several worked on at a time: of one tenant not all, so that no directory that a tenant named holds up another's. Every
 * instance may look; the lease of an order sees to it that one works on it.
 */
public final class OrderWorker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OrderWorker.class);
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

    private final DataSource worker;
    private final OrderSteps steps;
    private final Clock clock;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<Due> underWay = new HashSet<>();
    private volatile boolean stopping;

    /** @param worker logs in as the worker role; connections in auto-commit mode */
    public OrderWorker(DataSource worker, OrderSteps steps, Clock clock) {
        this.worker = worker;
        this.steps = steps;
        this.clock = clock;
    }

    /** Begins with what is due now, as far as there is room. Does not wait for it. */
    public void run() throws SQLException {
        synchronized (underWay) {
            if (underWay.size() >= AT_ONCE) {
                return;
            }
        }
        for (Due due : due()) {
            if (!stopping && entered(due)) {
                threads.execute(() -> work(due));
            }
        }
    }

    private boolean entered(Due due) {
        synchronized (underWay) {
            long same = underWay.stream()
                    .filter(each -> each.tenant().equals(due.tenant()))
                    .count();
            return underWay.size() < AT_ONCE && same < OF_A_TENANT && underWay.add(due);
        }
    }

    private void work(Due due) {
        try {
            steps.work(due.tenant(), due.order(), () -> stopping);
        } catch (RuntimeException failure) {
            // The lease ends by itself.
            LOG.warn("an order of {} is tried again later", due.tenant(), failure);
        } finally {
            synchronized (underWay) {
                underWay.remove(due);
            }
        }
    }

    private List<Due> due() throws SQLException {
        OffsetDateTime now = clock.instant().atOffset(ZoneOffset.UTC);
        List<Due> due = new ArrayList<>();
        try (Connection connection = worker.getConnection();
                PreparedStatement statement = connection.prepareStatement(DUE)) {
            statement.setObject(1, now);
            statement.setObject(2, now);
            statement.setInt(3, OF_A_TENANT);
            statement.setInt(4, LOOKED_AT);
            try (ResultSet results = statement.executeQuery()) {
                while (results.next()) {
                    due.add(new Due(new TenantId(results.getString(1)), results.getObject(2, UUID.class)));
                }
            }
        }
        return due;
    }

    /** Begins with nothing more. */
    public void stop() {
        stopping = true;
    }

    /** Waits a moment for what is under way; what is not over then another instance goes on with. */
    @Override
    public void close() {
        stopping = true;
        threads.shutdown();
        try {
            if (!threads.awaitTermination(5, TimeUnit.SECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private record Due(TenantId tenant, UUID order) {}
}
