package ai.scailabs.vault.identity.event;

import ai.scailabs.vault.access.revocation.RevocationService;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditRows;
import ai.scailabs.vault.identity.mirror.Mirror;
import ai.scailabs.vault.identity.mirror.MirrorChanges;
import ai.scailabs.vault.identity.scaikey.MalformedWord;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.tenancy.tenant.TenantRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes an event, once: what it changes, that it was taken, and its audit row are one transaction. What it says counts on this instance when the method returns, and on
 * every other within two seconds. Thread-safe.
 */
public final class EventIntake {
    /** Of the body. */
    public static final int MAX_BYTES = 64 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(EventIntake.class);
    /** How far ScaiKey's clock may be ahead of ours. What is later would be the last word for ever. */
    private static final Duration MAX_AHEAD = Duration.ofMinutes(5);

    private final EventSignature signature;
    private final TenantTransactions transactions;
    private final TenantRegistry tenants;
    private final RevocationService standings;
    private final EventChange change;
    private final Clock clock;
    private final ConcurrentHashMap<EventResult, LongAdder> results = new ConcurrentHashMap<>();
    private final LongAdder refusals = new LongAdder();

    public EventIntake(
            EventSecrets secrets,
            TenantTransactions transactions,
            TenantRegistry tenants,
            RevocationService standings,
            Mirror mirror,
            Clock clock) {
        this.signature = new EventSignature(secrets, clock);
        this.transactions = transactions;
        this.tenants = tenants;
        this.standings = standings;
        this.change = new EventChange(mirror);
        this.clock = clock;
    }

    /**
     * @param body byte by byte as it came
     * @param entries makes the audit entry of the log in which the event is told
     * @throws VaultException {@code forbidden} where no secret is set; {@code authentication_required}, {@code token_invalid}, {@code token_expired} for what ScaiKey did
     *     not sign just now; {@code conflict} for what was taken before; {@code invalid_request} for what says too little
     */
    public TakenEvent receive(EventHeaders headers, byte[] body, Function<TenantId, AuditEntry> entries) {
        try {
            signature.require(headers, body);
            ScaiKeyEvent event = parsed(headers, body);
            EventResult result = take(event, entries);
            counter(result).increment();
            return new TakenEvent(event.id(), result);
        } catch (MalformedWord malformed) {
            refusals.increment();
            throw new VaultException(ErrorCode.INVALID_REQUEST, "The event: " + malformed.getMessage());
        } catch (VaultException refused) {
            // A database that is away refuses nobody.
            if (refused.code().status() < 500) {
                refusals.increment();
            }
            throw refused;
        }
    }

    private ScaiKeyEvent parsed(EventHeaders headers, byte[] body) throws MalformedWord {
        ScaiKeyEvent event = ScaiKeyEvent.parse(body);
        boolean agrees = (headers.eventId() == null || headers.eventId().equals(event.id()))
                && (headers.eventType() == null || headers.eventType().equals(event.type()));
        if (!agrees) {
            throw new MalformedWord("its headers name another one");
        }
        if (event.at().isAfter(clock.instant().plus(MAX_AHEAD))) {
            throw new MalformedWord("timestamp lies in the future");
        }
        return event;
    }

    private EventResult take(ScaiKeyEvent event, Function<TenantId, AuditEntry> entries) throws MalformedWord {
        Subject subject = Subject.of(event);
        TenantId space = subject.space(event);
        if (subject == Subject.OTHER) {
            remember(space, event, entries, EventResult.IGNORED);
            return EventResult.IGNORED;
        }
        if (!isOfItsPartner(subject, event)) {
            LOG.warn("{} names a tenant that belongs to another partner here, and is not applied", event);
            remember(space, event, entries, EventResult.CONFLICT);
            return EventResult.CONFLICT;
        }
        EventChange.Prepared prepared = change.prepare(event);
        EventResult result = transactions.inTransaction(space, tx -> {
            requireFirst(tx, event);
            MirrorChanges changes = prepared.apply(tx);
            EventResult outcome = changes.rows() > 0 ? EventResult.APPLIED : EventResult.UNCHANGED;
            record(tx, entries.apply(space), event, outcome, changes);
            return outcome;
        });
        switch (subject) {
            case PARTNER -> standings.changedEverywhere();
            case TENANT -> standings.changed(subject.tenant(event));
            case USER, GROUP -> standings.changed(space);
            case OTHER -> {}
        }
        return result;
    }

    /** Also makes it known: what is said of a tenant must count before its first token comes. */
    private boolean isOfItsPartner(Subject subject, ScaiKeyEvent event) throws MalformedWord {
        PartnerId partner = subject.partner(event);
        TenantId tenant = subject == Subject.PARTNER ? TenantId.sharedBy(partner) : subject.tenant(event);
        return tenants.know(tenant, partner).equals(partner);
    }

    private void remember(
            TenantId space, ScaiKeyEvent event, Function<TenantId, AuditEntry> entries, EventResult result) {
        transactions.inTransaction(space, tx -> {
            requireFirst(tx, event);
            record(tx, entries.apply(space), event, result, MirrorChanges.nothing());
            return result;
        });
    }

    /** By the key of the table, so that of two instances one is first. */
    private void requireFirst(TenantTransaction tx, ScaiKeyEvent event) {
        int added = tx.update(
                "insert into identity_event (tenant_id, event_id, event_type, received_at) values (?, ?, ?, ?) on conflict do nothing",
                tx.tenant().value(),
                event.id(),
                event.type(),
                clock.instant().truncatedTo(ChronoUnit.MICROS));
        if (added == 0) {
            throw new VaultException(ErrorCode.CONFLICT, "The event was taken before", Map.of("state", "taken"));
        }
    }

    private static void record(
            TenantTransaction tx, AuditEntry entry, ScaiKeyEvent event, EventResult result, MirrorChanges changes) {
        Map<String, Object> extra = new HashMap<>(entry.extra());
        extra.put("event_id", event.id());
        extra.put("event_type", event.type());
        extra.put("result", result.wireName());
        changes.standings()
                .forEach(standing -> extra.put("status", standing.status().value()));
        AuditEntry told = entry.withExtra(extra);
        tx.update(
                AuditRows.INSERT,
                AuditRows.arguments(event.resourceId() == null ? told : told.withPath(event.resourceId())));
    }

    private LongAdder counter(EventResult result) {
        return results.computeIfAbsent(result, missing -> new LongAdder());
    }

    /** Events with that outcome since the start. */
    public long count(EventResult result) {
        return counter(result).sum();
    }

    /** What was refused since the start: not signed, too old, taken before, or malformed. */
    public long refusals() {
        return refusals.sum();
    }
}
