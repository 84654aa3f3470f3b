package ai.scailabs.vault.credentials.lease;

import ai.scailabs.vault.audit.trail.AuditEntries;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetLimits;
import ai.scailabs.vault.credentials.dynamic.CredentialSource;
import ai.scailabs.vault.credentials.dynamic.Engine;
import ai.scailabs.vault.credentials.dynamic.EngineRemoval;
import ai.scailabs.vault.credentials.dynamic.EngineService;
import ai.scailabs.vault.credentials.dynamic.EngineTargets;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.due.Backoff;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes credentials away: of one lease, or whatever is due of an engine. A lease is taken before, and its end is written after the target has done it; whoever dies between is followed by another, for whom what is gone already is success.
 * Thread-safe.
 */
public final class LeaseEnding {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseEnding.class);
    /** Of its own failures; then somebody should look. */
    private static final int MOST_ATTEMPTS = 6;

    /** Of one engine: as many as its target is given connections. */
    private static final int AT_ONCE = TargetLimits.DEFAULT.connections();

    /** Of one turn before it slows down: what is due every day is done at once. */
    private static final int AT_FULL_SPEED = 10;
    /** When tens of thousands are due; more than a target does with these connections on most days. */
    private static final int A_SECOND_PER_PROCESSOR = 100;
    /** So that requests that want all of the processors keep nine tenths of them; measured with two. */
    private static final int A_SECOND_WHILE_BUSY = 10;

    private static final Duration LONGEST_ENDING = Duration.ofHours(1);
    /** While the target is at fault, which is not tried as long. */
    private static final Duration SOON = Duration.ofSeconds(1);

    private final LeaseRepository leases;
    private final EngineService engines;
    private final EngineTargets targets;
    private final EngineRemoval removal;
    private final LeaseEntries entries;
    private final Backoff backoff;
    private final LeaseListener listener;
    private final Ids ids;
    private final Pace pace;

    public LeaseEnding(
            TenantTransactions transactions,
            EngineService engines,
            EngineTargets targets,
            EngineRemoval removal,
            AuditEntries audit,
            Backoff backoff,
            LeaseListener listener,
            Ids ids) {
        this.leases = new LeaseRepository(transactions);
        this.engines = engines;
        this.targets = targets;
        this.removal = removal;
        this.entries = new LeaseEntries(audit, ids);
        this.backoff = backoff;
        this.listener = listener;
        this.ids = ids;
        int processors = Runtime.getRuntime().availableProcessors();
        this.pace = new Pace(A_SECOND_PER_PROCESSOR * processors, A_SECOND_WHILE_BUSY * processors, Pace.processors());
    }

    LeaseRepository leases() {
        return leases;
    }

    /** Until none is due, the target does not do it, or somebody wants it to stop. */
    void endDue(TenantId tenant, UUID engineId, BooleanSupplier stopping) {
        Engine engine = engines.find(tenant, engineId).orElse(null);
        if (engine == null) {
            return;
        }
        UUID holder = ids.nextUuid();
        Lease first = leases.takeNext(tenant, engineId, holder).orElse(null);
        if (first != null) {
            CredentialSource target;
            try {
                target = targets.open(engine);
            } catch (VaultException unreadable) {
                failed(first, holder, false, unreadable);
                return;
            }
            try (target) {
                if (attempt(engine, target, first, holder, null).ofTheTarget()) {
                    return;
                }
                endRest(engine, target, stopping);
            }
        }
        if (engine.leaving()) {
            removal.removeIfOver(engine);
        }
    }

    /** A few at a time, as the first went well. */
    private void endRest(Engine engine, CredentialSource target, BooleanSupplier stopping) {
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger done = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < AT_ONCE; i++) {
                threads.execute(() -> endOneByOne(engine, target, stopping, over, done));
            }
        }
    }

    private void endOneByOne(
            Engine engine, CredentialSource target, BooleanSupplier stopping, AtomicBoolean over, AtomicInteger done) {
        UUID holder = ids.nextUuid();
        try {
            while (!over.get() && !stopping.getAsBoolean()) {
                if (done.incrementAndGet() > AT_FULL_SPEED) {
                    pace.await();
                }
                Lease next =
                        leases.takeNext(engine.tenant(), engine.id(), holder).orElse(null);
                if (next == null || attempt(engine, target, next, holder, null).ofTheTarget()) {
                    over.set(true);
                }
            }
        } catch (RuntimeException failure) {
            over.set(true);
            LOG.warn("Leases of {} are ended later", engine, failure);
        }
    }

    /**
     * One of which somebody wants that it ends, now. It stays to be ended, and is tried again, where it did not succeed.
     *
     * @param request theirs, kept with its end
     * @throws VaultException {@code backend_unavailable}; {@code conflict} when another is about to end it
     */
    Lease endNow(TenantId tenant, UUID id, AuditEntry request) {
        UUID holder = ids.nextUuid();
        // At once: in between, whoever ends what is due would take it.
        Lease taken = leases.transactions()
                .inTransaction(tenant, tx -> {
                    leases.end(tx, id, "requested");
                    return leases.take(tx, id, holder);
                })
                .orElseThrow(() -> new VaultException(
                        ErrorCode.CONFLICT, "It is being revoked already", Map.of("state", "revoking")));
        Engine engine = engines.find(tenant, taken.engineId()).orElse(null);
        if (engine == null) {
            throw new VaultException(ErrorCode.ENGINE_NOT_FOUND, "There is no such engine");
        }
        CredentialSource target;
        try {
            target = targets.open(engine);
        } catch (VaultException unreadable) {
            failed(taken, holder, false, unreadable);
            throw unreadable;
        }
        try (target) {
            VaultException refused =
                    attempt(engine, target, taken, holder, request).refusal();
            if (refused != null) {
                throw refused;
            }
        }
        return leases.find(tenant, id).orElse(taken);
    }

    /**
     * How it went.
     *
     * @param refusal absent when it is done
     * @param ofTheTarget whether anything else would fail there as well
     */
    private record Outcome(@Nullable VaultException refusal, boolean ofTheTarget) {}

    private Outcome attempt(
            Engine engine, CredentialSource target, Lease lease, UUID holder, @Nullable AuditEntry request) {
        listener.reached(LeaseStep.TAKEN);
        if (!lease.wasNeverGiven()
                && lease.expiresAt().isAfter(lease.readAt())
                && target.endsByItself(lease.leased())) {
            postponed(lease, holder, request);
            return new Outcome(null, false);
        }
        try {
            if (lease.wasNeverGiven()) {
                target.rollback(lease.leased());
            } else {
                target.revoke(lease.leased());
            }
        } catch (TargetException refused) {
            boolean whole = EngineTargets.isOfTheTarget(refused);
            VaultException shown = targets.unavailable(engine, refused);
            failed(lease, holder, !whole, shown);
            return new Outcome(shown, whole);
        }
        listener.reached(LeaseStep.REVOKED_THERE);
        targets.healthy(engine);
        Optional<Lease> over = leases.transactions().inTransaction(lease.tenant(), tx -> {
            Optional<Lease> written = leases.ended(tx, lease.id(), holder);
            written.ifPresent(done -> leases.record(
                    tx, request == null ? entries.ended(done) : LeaseEntries.about(request, done, Map.of())));
            return written;
        });
        over.ifPresent(done -> listener.ended(done.state().wireName()));
        return new Outcome(null, false);
    }

    /** It may be of use until then, and its lease says so. */
    private void postponed(Lease lease, UUID holder, @Nullable AuditEntry request) {
        leases.transactions().inTransaction(lease.tenant(), tx -> {
            boolean noted = leases.postpone(tx, lease.id(), holder);
            if (noted && request != null) {
                leases.record(tx, LeaseEntries.about(request, lease, Map.of("ends_by_itself", true)));
            }
            return noted;
        });
    }

    private void failed(Lease lease, UUID holder, boolean own, VaultException refused) {
        Object reason = refused.details().get("reason");
        String code = reason == null ? refused.code().code() : String.valueOf(reason);
        String message = String.valueOf(refused.getMessage());
        Instant since = lease.endingAt() == null ? lease.readAt() : lease.endingAt();
        boolean late = Duration.between(since, lease.readAt()).compareTo(LONGEST_ENDING) > 0;
        boolean stuck = late || (own && lease.attempts() + 1 >= MOST_ATTEMPTS);
        Duration pause = own
                ? Duration.between(lease.readAt(), backoff.again(lease.attempts(), false, null, lease.readAt()))
                : SOON;
        boolean news = stuck && lease.state() != LeaseState.STUCK;
        leases.transactions().inTransaction(lease.tenant(), tx -> {
            boolean noted = leases.failed(tx, lease.id(), holder, own, stuck, code, message, pause);
            if (noted && news) {
                leases.record(tx, entries.stuck(lease, code, message));
            }
            return noted;
        });
        listener.ended(news ? "stuck" : "failed");
        LOG.debug("{} is tried again: {}", lease, code);
    }
}
