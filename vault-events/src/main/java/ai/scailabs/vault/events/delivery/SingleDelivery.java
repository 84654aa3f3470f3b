package ai.scailabs.vault.events.delivery;

import ai.scailabs.vault.events.outbox.EventBody;
import ai.scailabs.vault.events.outbox.EventType;
import ai.scailabs.vault.events.outbox.Outbox;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.outbound.http.AddressRefusedException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Semaphore;

/** Sends one event now, for somebody who waits for what comes of it. It is tried once, and neither waits for what else is sent to the target nor holds that up. Thread-safe. */
public final class SingleDelivery {
    private static final int MOST_AT_ONCE = 16;

    private final DeliveryLog log;
    private final SigningKeys keys;
    private final Posting posting;
    private final Ids ids;
    private final Clock clock;
    private final Semaphore room = new Semaphore(MOST_AT_ONCE);

    public SingleDelivery(DeliveryLog log, SigningKeys keys, Posting posting, Ids ids, Clock clock) {
        this.log = log;
        this.keys = keys;
        this.posting = posting;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * An event that says that it is a test.
     *
     * @param by who asks for it
     */
    public Done test(Target target, String by, String requestId) {
        UUID event = ids.nextUuid();
        String body = EventBody.write(
                Ids.text(Outbox.PREFIX, event),
                EventType.TEST,
                now(),
                target.tenant().value(),
                target.partner().value(),
                by,
                null,
                Map.of("target_id", target.id()),
                requestId);
        return send(target, event, EventType.TEST, body);
    }

    /**
     * The same event again, under its id.
     *
     * @throws VaultException {@code not_found}; {@code conflict} when the event is kept no longer
     */
    public Done again(Target target, UUID delivery) {
        DeliveryLog.WithEvent found = log.find(target.tenant(), target.id(), delivery)
                .orElseThrow(() -> new VaultException(ErrorCode.NOT_FOUND, "There is no such delivery"));
        if (found.body() == null) {
            throw new VaultException(
                    ErrorCode.CONFLICT, "The event is kept no longer, or was a test", Map.of("state", "not_kept"));
        }
        return send(target, found.delivery().event(), found.delivery().eventType(), found.body());
    }

    private Done send(Target target, UUID event, String type, String body) {
        if (!room.tryAcquire()) {
            throw new VaultException(
                    ErrorCode.RATE_LIMITED,
                    "Too many deliveries that somebody waits for are under way",
                    Map.of("category", "deliveries", "retry_after", 1L));
        }
        UUID id = ids.nextUuid();
        try (SigningKeys.Opened opened = keys.open(target.tenant(), target.partner(), target.id());
                Posting.Connection connection = posting.to(String.valueOf(target.url()))) {
            Outcome outcome = connection.send(opened, Ids.text(Outbox.PREFIX, event), type, body);
            log.add(target.tenant(), target.id(), id, event, type, outcome, now());
            return new Done(id, outcome);
        } catch (AddressRefusedException refused) {
            return new Done(id, new Outcome(null, 0, "address_refused"));
        } finally {
            room.release();
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** What came of it. */
    public record Done(UUID delivery, Outcome outcome) {}
}
