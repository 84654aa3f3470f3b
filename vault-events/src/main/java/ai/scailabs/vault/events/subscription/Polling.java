package ai.scailabs.vault.events.subscription;

import ai.scailabs.vault.events.delivery.Standings;
import ai.scailabs.vault.events.delivery.Target;
import ai.scailabs.vault.events.outbox.Outbox;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What waits in the queue of a subscription. What was fetched stays there until it is acknowledged. More than the buffer holds is dropped, the oldest first, and counted; what the owner may not read when it is fetched is
 * taken away. Thread-safe.
 */
public final class Polling {
    public static final int MAX_EVENTS = 1_000;

    private final TenantTransactions transactions;
    private final SubscriptionService subscriptions;
    private final Standings standings;

    public Polling(TenantTransactions transactions, SubscriptionService subscriptions, Standings standings) {
        this.transactions = transactions;
        this.subscriptions = subscriptions;
        this.standings = standings;
    }

    /**
     * @param sinceEvent an event id behind which to begin; null to begin with the oldest that was not acknowledged
     * @throws VaultException {@code subscription_not_found}; {@code forbidden} for who does not own it; {@code validation_error}
     */
    public Poll begin(Asker asker, String id, @Nullable String sinceEvent, int most) {
        Target subscription = subscriptions.owned(asker, id);
        if (subscription.isSentTo()) {
            throw VaultException.invalidField("id", "is of a subscription that is sent to, and not fetched");
        }
        long since = sinceEvent == null ? 0 : position(subscription, eventId("since_event_id", sinceEvent));
        return new Poll(subscription, since, most);
    }

    private long position(Target subscription, UUID event) {
        return transactions
                .queryOne(
                        subscription.tenant(),
                        "select position from event where tenant_id = ? and event_id = ?",
                        (row, number) -> row.getLong(1),
                        subscription.tenant().value(),
                        event)
                // It is kept no longer: all that is kept is behind it.
                .orElse(0L);
    }

    private static UUID eventId(String field, String text) {
        return Ids.uuid(Outbox.PREFIX, text)
                .orElseThrow(() -> VaultException.invalidField(field, "must be the id of an event"));
    }

    /** What there is now. */
    public Polled look(Poll poll) {
        Target subscription = poll.subscription();
        dropOldest(subscription);
        Predicate<String> readable = standings.readable(String.valueOf(subscription.standing()));
        List<String> bodies = new ArrayList<>();
        long after = poll.since();
        boolean more = true;
        while (more && bodies.size() < poll.most()) {
            List<Queued> page = page(subscription, after, poll.most() + 1);
            more = page.size() > poll.most();
            List<Long> unreadable = new ArrayList<>();
            for (Queued event : page) {
                if (bodies.size() == poll.most()) {
                    more = true;
                    break;
                }
                after = event.position();
                if (event.path() != null && readable.test(event.path())) {
                    bodies.add(event.body());
                } else {
                    unreadable.add(event.position());
                }
            }
            remove(subscription, unreadable);
        }
        return new Polled(bodies, more);
    }

    /** How many were dropped since this was asked last. */
    public long takeDropped(Poll poll) {
        Target subscription = poll.subscription();
        return transactions
                .queryOne(
                        subscription.tenant(),
                        """
                        with seen as (
                            select g.tenant_id, g.target_id, g.dropped from event_target g where g.tenant_id = ? and g.target_id = ? and g.dropped > 0 for update
                        )
                        update event_target t set dropped = 0 from seen
                        where t.tenant_id = seen.tenant_id and t.target_id = seen.target_id returning seen.dropped
                        """,
                        (row, number) -> row.getLong(1),
                        subscription.tenant().value(),
                        subscription.id())
                .orElse(0L);
    }

    private void dropOldest(Target subscription) {
        transactions.update(
                subscription.tenant(),
                """
                with gone as (
                    delete from event_queue d using (
                        select q.tenant_id, q.target_id, q.position from event_queue q
                        where q.tenant_id = ? and q.target_id = ? order by q.position desc offset ?
                    ) old
                    where d.tenant_id = old.tenant_id and d.target_id = old.target_id and d.position = old.position
                    returning d.tenant_id, d.target_id
                ), counted as (select tenant_id, target_id, count(*) as events from gone group by tenant_id, target_id)
                update event_target t set dropped = t.dropped + counted.events from counted
                where t.tenant_id = counted.tenant_id and t.target_id = counted.target_id
                """,
                subscription.tenant().value(),
                subscription.id(),
                subscription.bufferSize() == null ? SubscriptionForm.DEFAULT_BUFFER : subscription.bufferSize());
    }

    private List<Queued> page(Target subscription, long after, int limit) {
        return transactions.query(
                subscription.tenant(),
                """
                select q.position, e.path, e.body from event_queue q join event e on e.tenant_id = q.tenant_id and e.position = q.position
                where q.tenant_id = ? and q.target_id = ? and q.position > ? order by q.position limit ?
                """,
                (row, number) -> new Queued(row.getLong(1), row.getString(2), row.getString(3)),
                subscription.tenant().value(),
                subscription.id(),
                after,
                limit);
    }

    private void remove(Target subscription, List<Long> positions) {
        if (!positions.isEmpty()) {
            transactions.update(
                    subscription.tenant(),
                    "delete from event_queue where tenant_id = ? and target_id = ? and position = any (?::bigint[])",
                    subscription.tenant().value(),
                    subscription.id(),
                    positions.toArray(new Long[0]));
        }
    }

    /**
     * Takes them out of the queue; what is not there does not matter.
     *
     * @return how many were there
     * @throws VaultException as {@link #begin}
     */
    public int acknowledge(Asker asker, String id, @Nullable List<@Nullable String> events) {
        Target subscription = subscriptions.owned(asker, id);
        if (events == null || events.isEmpty() || events.size() > MAX_EVENTS) {
            throw VaultException.invalidField("event_ids", "must be 1 to " + MAX_EVENTS + " ids of events");
        }
        String[] wanted = events.stream()
                .map(event -> eventId("event_ids", event == null ? "" : event).toString())
                .toArray(String[]::new);
        return transactions.update(
                subscription.tenant(), """
                delete from event_queue q using event e
                where q.tenant_id = ? and q.target_id = ? and e.tenant_id = q.tenant_id and e.position = q.position
                    and e.event_id = any (?::uuid[])
                """, subscription.tenant().value(), subscription.id(), wanted);
    }

    /**
     * What somebody waits for.
     *
     * @param since the position behind which it lies
     */
    public record Poll(Target subscription, long since, int most) {}

    /**
     * @param bodies the oldest first, each a JSON object
     * @param hasMore whether more wait
     */
    public record Polled(List<String> bodies, boolean hasMore) {}

    private record Queued(long position, @Nullable String path, String body) {}
}
