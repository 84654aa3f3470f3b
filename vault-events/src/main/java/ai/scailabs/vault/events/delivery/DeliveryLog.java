package ai.scailabs.vault.events.delivery;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What was sent to a target, and how that went. Thread-safe. */
public final class DeliveryLog {
    /** Of the ids of deliveries. */
    public static final String PREFIX = "del_";

    private static final String COLUMNS =
            "d.delivery_id, d.event_id, d.event_type, d.status, d.attempts, d.response_code, d.duration_ms, d.error, d.created_at, d.attempted_at, d.next_attempt_at";

    /** Of so many at most: figures of a day need not be exact to the last. */
    private static final int MOST_COUNTED = 20_000;

    private final TenantTransactions transactions;

    public DeliveryLog(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    /**
     * The newest first.
     *
     * @param status null for any
     * @param before null to begin
     */
    public List<Delivery> page(
            TenantId tenant, String target, @Nullable String status, int limit, @Nullable UUID before) {
        return transactions.query(
                tenant,
                "select " + COLUMNS
                        + " from event_delivery d where d.tenant_id = ? and d.target_id = ? and (?::text is null or d.status = ?)"
                        + " and (?::uuid is null or d.delivery_id < ?) order by d.delivery_id desc limit ?",
                DeliveryLog::delivery,
                tenant.value(),
                target,
                status,
                status,
                before,
                before,
                limit);
    }

    /** The newest. */
    public Optional<Delivery> last(TenantId tenant, String target) {
        return page(tenant, target, null, 1, null).stream().findFirst();
    }

    /** With the event, where it is still kept. */
    Optional<WithEvent> find(TenantId tenant, String target, UUID delivery) {
        return transactions.queryOne(
                tenant,
                "select " + COLUMNS
                        + ", e.body from event_delivery d left join event e on e.tenant_id = d.tenant_id and e.event_id = d.event_id"
                        + " where d.tenant_id = ? and d.target_id = ? and d.delivery_id = ?",
                (row, number) -> new WithEvent(delivery(row, number), row.getString(12)),
                tenant.value(),
                target,
                delivery);
    }

    public Statistics since(TenantId tenant, String target, Instant since) {
        return transactions
                .queryOne(
                        tenant,
                        """
                        select count(*), count(*) filter (where status = 'success'), coalesce(avg(duration_ms) filter (where status = 'success'), 0)
                        from (
                            select d.status, d.duration_ms from event_delivery d
                            where d.tenant_id = ? and d.target_id = ? and d.attempted_at >= ? order by d.delivery_id desc limit ?
                        ) newest
                        """,
                        (row, number) -> new Statistics(row.getLong(1), row.getLong(2), Math.round(row.getDouble(3))),
                        tenant.value(),
                        target,
                        since,
                        MOST_COUNTED)
                .orElseThrow();
    }

    /** Of one that was asked for, and is over. */
    void add(TenantId tenant, String target, UUID id, UUID event, String type, Outcome outcome, Instant at) {
        transactions.update(
                tenant,
                """
                insert into event_delivery (tenant_id, target_id, delivery_id, event_id, event_type, position, status, attempts, response_code, duration_ms, error,
                    created_at, attempted_at)
                select t.tenant_id, t.target_id, ?::uuid, ?::uuid, ?::text, 0, ?::text, 1, ?::integer, ?::integer, ?::text, ?::timestamptz, ?::timestamptz
                from event_target t where t.tenant_id = ? and t.target_id = ? for key share
                """,
                id,
                event,
                type,
                outcome.delivered() ? "success" : "failed",
                outcome.responseCode(),
                outcome.durationMillis(),
                outcome.error(),
                at,
                at,
                tenant.value(),
                target);
    }

    private static Delivery delivery(ResultSet row, int number) throws SQLException {
        return new Delivery(
                row.getObject(1, UUID.class),
                row.getObject(2, UUID.class),
                row.getString(3),
                row.getString(4),
                row.getInt(5),
                new Outcome(row.getObject(6, Integer.class), row.getInt(7), row.getString(8)),
                DeliveryRows.required(row, 9),
                DeliveryRows.required(row, 10),
                DeliveryRows.instant(row, 11));
    }

    /**
     * @param status {@code success}, {@code pending} or {@code failed}
     * @param outcome of the last attempt
     * @param nextAttemptAt absent when there is no other
     */
    public record Delivery(
            UUID id,
            UUID event,
            String eventType,
            String status,
            int attempts,
            Outcome outcome,
            Instant createdAt,
            Instant attemptedAt,
            @Nullable Instant nextAttemptAt) {}

    record WithEvent(Delivery delivery, @Nullable String body) {}

    /** @param averageMillis of those that succeeded */
    public record Statistics(long deliveries, long successes, long averageMillis) {
        /** 0 to 1; 1 where there was none. */
        public double successRate() {
            return deliveries == 0 ? 1 : (double) successes / deliveries;
        }
    }
}
