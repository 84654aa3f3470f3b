package ai.scailabs.vault.events.delivery;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The SQL of a turn. Whoever has the lease of a target alone moves it on; one that died loses it when its time is up. */
final class TurnRepository {
    /** Longer than an attempt takes, and what is written after it. */
    private static final long LEASE_SECONDS = 45;

    private final TenantTransactions transactions;

    TurnRepository(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    /** Empty when another has it, or it is not due. */
    Optional<Target> take(TenantId tenant, String id, UUID lease, Instant now) {
        return transactions.queryOne(
                tenant,
                "with g as (update event_target e set lease = ?, lease_until = now() + ? * interval '1 second', taken_at = now()"
                        + " where e.tenant_id = ? and e.target_id = ? and e.enabled and e.url is not null and (e.lease_until is null or e.lease_until < now())"
                        + " and (e.next_attempt_at is null or e.next_attempt_at <= ?) returning e.*) select "
                        + DeliveryRows.TARGET
                        + " from g join tenant t on t.tenant_id = g.tenant_id and t.status = 'active'",
                DeliveryRows::target,
                lease,
                LEASE_SECONDS,
                tenant.value(),
                id,
                now);
    }

    List<StoredEvent> after(TenantId tenant, long position, int limit) {
        return transactions.query(tenant, """
                select position, event_id, event_type, path, secret_type, tags, body, occurred_at, addressed from event
                where tenant_id = ? and position > ? order by position limit ?
                """, DeliveryRows::event, tenant.value(), position, limit);
    }

    /** What was done, and how far it is now; false when the lease was lost, or nothing more is to be sent. It never goes back: meanwhile somebody may have let it begin with what is to come. */
    boolean move(Target target, UUID lease, Progress progress, List<Attempted> attempted) {
        return transactions.inTransaction(target.tenant(), tx -> {
            Optional<Boolean> enabled = tx.queryOne(
                    """
                    update event_target set cursor = greatest(cursor, ?::bigint), attempts = ?, next_attempt_at = ?, failing_since = ?,
                        lease_until = case when ? and enabled then now() + ? * interval '1 second' end
                    where tenant_id = ? and target_id = ? and lease = ? returning enabled
                    """,
                    (row, number) -> row.getBoolean(1),
                    progress.cursor(),
                    progress.attempts(),
                    progress.nextAttemptAt(),
                    progress.failingSince(),
                    progress.goesOn(),
                    LEASE_SECONDS,
                    target.tenant().value(),
                    target.id(),
                    lease);
            if (enabled.isPresent() && !attempted.isEmpty()) {
                record(tx, target, attempted);
            }
            return enabled.orElse(false);
        });
    }

    private static void record(TenantTransaction tx, Target target, List<Attempted> attempted) {
        int n = attempted.size();
        String[] deliveries = new String[n];
        String[] events = new String[n];
        String[] types = new String[n];
        Long[] positions = new Long[n];
        String[] statuses = new String[n];
        Integer[] attempts = new Integer[n];
        @Nullable Integer[] codes = new @Nullable Integer[n];
        Integer[] durations = new Integer[n];
        @Nullable String[] errors = new @Nullable String[n];
        Long[] at = new Long[n];
        @Nullable Long[] next = new @Nullable Long[n];
        for (int i = 0; i < n; i++) {
            Attempted each = attempted.get(i);
            deliveries[i] = each.delivery().toString();
            events[i] = each.event().id().toString();
            types[i] = each.event().type();
            positions[i] = each.event().position();
            statuses[i] = each.status();
            attempts[i] = each.attempts();
            codes[i] = each.outcome().responseCode();
            durations[i] = each.outcome().durationMillis();
            errors[i] = each.outcome().error();
            at[i] = micros(each.at());
            next[i] = each.next() == null ? null : micros(each.next());
        }
        tx.update(
                """
                insert into event_delivery (tenant_id, target_id, delivery_id, event_id, event_type, position, status, attempts, response_code, duration_ms, error,
                    created_at, attempted_at, next_attempt_at)
                select ?, ?, delivery_id::uuid, event_id::uuid, event_type, position, status, attempts, response_code, duration_ms, error,
                    timestamptz 'epoch' + at * interval '1 microsecond', timestamptz 'epoch' + at * interval '1 microsecond',
                    timestamptz 'epoch' + next * interval '1 microsecond'
                from unnest(?::text[], ?::text[], ?::text[], ?::bigint[], ?::text[], ?::integer[], ?::integer[], ?::integer[], ?::text[], ?::bigint[], ?::bigint[])
                    as u (delivery_id, event_id, event_type, position, status, attempts, response_code, duration_ms, error, at, next)
                on conflict (tenant_id, target_id, position) where position > 0 do update
                set status = excluded.status, attempts = excluded.attempts, response_code = excluded.response_code, duration_ms = excluded.duration_ms,
                    error = excluded.error, attempted_at = excluded.attempted_at, next_attempt_at = excluded.next_attempt_at
                """,
                target.tenant().value(),
                target.id(),
                deliveries,
                events,
                types,
                positions,
                statuses,
                attempts,
                codes,
                durations,
                errors,
                at,
                next);
    }

    static long micros(Instant at) {
        return at.getEpochSecond() * 1_000_000 + at.getNano() / 1_000;
    }

    /** Gives it back when nothing can be done with it now. */
    void release(Target target, UUID lease, @Nullable Instant nextAttempt) {
        transactions.update(
                target.tenant(),
                "update event_target set lease_until = null, next_attempt_at = ? where tenant_id = ? and target_id = ? and lease = ?",
                nextAttempt,
                target.tenant().value(),
                target.id(),
                lease);
    }

    /**
     * @param goesOn whether the lease is kept
     */
    record Progress(
            long cursor,
            int attempts,
            @Nullable Instant nextAttemptAt,
            @Nullable Instant failingSince,
            boolean goesOn) {}

    /**
     * @param status {@code success}, {@code pending} or {@code failed}
     * @param next when it is tried again
     */
    record Attempted(
            UUID delivery,
            StoredEvent event,
            String status,
            int attempts,
            Outcome outcome,
            Instant at,
            @Nullable Instant next) {}
}
