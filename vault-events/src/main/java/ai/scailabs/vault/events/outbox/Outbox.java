package ai.scailabs.vault.events.outbox;

import ai.scailabs.vault.audit.log.RecordedEntry;
import ai.scailabs.vault.audit.proof.SequencedEntries;
import ai.scailabs.vault.kernel.id.Ids;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/**
 * Writes down what somebody wants to be told of. It is shown every entry of the audit log once, by one instance at a time, after the transaction that wrote it has ended: so an event is there if and only if its change
 * is, in the order in which changes became visible, and a request pays nothing for it. An event bears the id of its entry, under another prefix: what is shown twice is told once.
 */
public final class Outbox implements SequencedEntries {
    /** More of one step is not put in order together. */
    private static final int MOST_UNWRITTEN = 8_192;

    /** Of the ids of events. */
    public static final String PREFIX = "evt_";

    private final Duration retention;
    private final Clock clock;
    private final LongAdder raised = new LongAdder();
    /** Of the step that is being done: one thread at a time adds. What is left of a step that was undone is shown again, and is told once. */
    private final List<EventRow> unwritten = new ArrayList<>();

    /** @param retention what is older is told to nobody */
    public Outbox(Duration retention, Clock clock) {
        this.retention = retention;
        this.clock = clock;
    }

    @Override
    public void add(Connection worker, List<RecordedEntry> entries) throws SQLException {
        Set<String> tenants = new HashSet<>();
        entries.forEach(entry -> tenants.add(entry.tenantId()));
        Listeners listeners = Listeners.of(worker, tenants);
        if (listeners.isEmpty()) {
            return;
        }
        Instant oldest = clock.instant().minus(retention);
        for (RecordedEntry entry : entries) {
            Listeners.OfTenant listening = listeners.of(entry.tenantId());
            if (listening == null || entry.occurredAt().isBefore(oldest)) {
                continue;
            }
            Raised event = EntryMeaning.of(entry);
            List<String> queues = event == null ? null : listening.wanting(event.facts());
            if (event != null && queues != null) {
                unwritten.add(new EventRow(event.entry(), event.facts(), body(event, listening.partner()), queues));
            }
        }
        if (unwritten.size() >= MOST_UNWRITTEN) {
            write(worker);
        }
    }

    @Override
    public void settled(Connection worker, long writtenBelow, Instant lookedAt) throws SQLException {
        if (!unwritten.isEmpty()) {
            write(worker);
        }
    }

    private void write(Connection worker) throws SQLException {
        try {
            raised.add(EventRow.write(worker, unwritten));
        } finally {
            unwritten.clear();
        }
    }

    private static String body(Raised event, String partner) {
        RecordedEntry entry = event.entry();
        return EventBody.write(
                Ids.text(PREFIX, entry.id()),
                event.facts().type().wireName(),
                entry.occurredAt(),
                entry.tenantId(),
                partner,
                entry.identityId(),
                event.facts().path(),
                event.data(),
                entry.requestId());
    }

    /** Events that this instance wrote down since its start. */
    public long raisedCount() {
        return raised.sum();
    }
}
