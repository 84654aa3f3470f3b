package ai.scailabs.vault.access.revocation;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.jdbc.NotificationFeed;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is revoked, whose tokens count no more, which roles were assigned and whether a tenant is served, as this instance knows it: never older than {@link #LONGEST_DELAY}. While the feed of changes is proved to be complete, a tenant's list is
 * good until the feed names the tenant; while it is not, the list is read again every second that the tenant is in use. When neither can be had, nothing is
 * accepted. A list that is good costs two look-ups in memory and no lock. Thread-safe.
 */
public final class RevocationList implements RevocationCheck, NotificationFeed.Listener {
    /** Of the notifications that the table sends. */
    public static final String CHANNEL = "scaivault_token_revocation";

    /** From the commit of a revocation until it counts here. */
    static final Duration LONGEST_DELAY = Duration.ofSeconds(2);
    /** How long a list that was read counts without proof from the feed. */
    static final Duration READ_AGAIN_AFTER = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(RevocationList.class);
    private static final long MAX_ROWS = 500_000;
    private static final long NEVER = Long.MIN_VALUE;

    private final RevocationRepository repository;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final ConcurrentHashMap<TenantId, CompletableFuture<Known>> reads = new ConcurrentHashMap<>();
    private final Cache<TenantId, Known> remembered = Caffeine.newBuilder()
            .maximumWeight(MAX_ROWS)
            .<TenantId, Known>weigher((tenant, known) -> known.list().weight())
            .executor(Runnable::run)
            .build();
    private final LongAdder readCount = new LongAdder();
    private volatile long confirmedNanos = NEVER;
    private volatile boolean silent = true;

    public RevocationList(TenantTransactions transactions, Clock clock) {
        this(transactions, clock, System::nanoTime);
    }

    /** @param nanoTime as {@link System#nanoTime()} */
    RevocationList(TenantTransactions transactions, Clock clock, LongSupplier nanoTime) {
        this.repository = new RevocationRepository(transactions);
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    @Override
    public void require(RevocableToken token) {
        TenantRevocations list = current(token.tenant());
        requireActive(list);
        if (list.revokes(token)) {
            throw new VaultException(ErrorCode.TOKEN_REVOKED, "The token was revoked");
        }
        if (list.refuses(token)) {
            throw new VaultException(ErrorCode.TOKEN_REVOKED, "Whose token it is is suspended");
        }
    }

    @Override
    public @Nullable Set<String> assignedRoles(RevocableToken token) {
        return current(token.tenant()).rolesOf(token);
    }

    /**
     * For a tenant that is not the token's own.
     *
     * @throws VaultException {@code tenant_access_denied} when it is suspended; {@code service_unavailable}
     */
    public void requireActive(TenantId tenant) {
        requireActive(current(tenant));
    }

    private static void requireActive(TenantRevocations list) {
        if (list.isSuspended()) {
            throw new VaultException(ErrorCode.TENANT_ACCESS_DENIED, "The tenant is suspended");
        }
    }

    private TenantRevocations current(TenantId tenant) {
        // In this order: a proof that comes later must not make a list good that was found before it.
        long now = nanoTime.getAsLong();
        boolean complete = isProved(now);
        Known known = remembered.getIfPresent(tenant);
        if (known != null && (complete || now - known.askedAtNanos() <= READ_AGAIN_AFTER.toNanos())) {
            return known.list();
        }
        return read(tenant);
    }

    private boolean isProved(long now) {
        long confirmed = confirmedNanos;
        return confirmed != NEVER && now - confirmed <= LONGEST_DELAY.toNanos();
    }

    /** Who comes while a read is under way shares it: a read that a change has overtaken is not found any more. */
    private TenantRevocations read(TenantId tenant) {
        CompletableFuture<Known> mine = new CompletableFuture<>();
        CompletableFuture<Known> underWay = reads.putIfAbsent(tenant, mine);
        Known known = underWay == null ? readFor(tenant, mine) : outcome(underWay);
        if (nanoTime.getAsLong() - known.askedAtNanos() > LONGEST_DELAY.toNanos()) {
            throw inDoubt();
        }
        return known.list();
    }

    private Known readFor(TenantId tenant, CompletableFuture<Known> waiting) {
        readCount.increment();
        long askedAt = nanoTime.getAsLong();
        try {
            Known known = new Known(repository.read(tenant, clock.instant()), askedAt);
            // Remembered only if no change was heard of meanwhile: both are steps of this one entry, one after the
            // other.
            reads.computeIfPresent(tenant, (id, current) -> {
                if (current != waiting) {
                    return current;
                }
                remembered.put(tenant, known);
                return null;
            });
            waiting.complete(known);
            return known;
        } catch (RuntimeException | Error failure) {
            reads.remove(tenant, waiting);
            LOG.debug("the revocations of {} cannot be read", tenant, failure);
            VaultException refusal = inDoubt();
            waiting.completeExceptionally(refusal);
            throw refusal;
        }
    }

    private static Known outcome(CompletableFuture<Known> read) {
        try {
            return read.join();
        } catch (CompletionException failed) {
            throw inDoubt();
        }
    }

    private static VaultException inDoubt() {
        return new VaultException(
                ErrorCode.SERVICE_UNAVAILABLE,
                "Whether the token was revoked cannot be told, so it is not accepted",
                Map.of("dependency", "token_revocations"));
    }

    /** The tenant's list is read anew before its next use. */
    void forget(TenantId tenant) {
        reads.compute(tenant, (id, overtaken) -> {
            remembered.invalidate(tenant);
            return null;
        });
    }

    @Override
    public void listening() {
        confirmedNanos = NEVER;
        forgetAll();
    }

    /** As {@link #forget} for every tenant. */
    void forgetAll() {
        // In this order: a read that is no longer found is not remembered.
        reads.clear();
        remembered.invalidateAll();
    }

    @Override
    public void heard(String payload) {
        forget(new TenantId(payload));
    }

    @Override
    public void confirmed(long nanos) {
        confirmedNanos = nanos;
        if (silent) {
            silent = false;
            LOG.info("Revocations of tokens are heard of at once");
        }
    }

    @Override
    public void lost(Exception failure) {
        if (!silent) {
            silent = true;
            LOG.warn("Revocations of tokens are not heard of, so they are looked up: {}", failure.toString());
        } else {
            LOG.debug("the feed of revocations", failure);
        }
    }

    /** Tenants' lists that were read since the start, for metrics. */
    public long reads() {
        return readCount.sum();
    }

    /** Since the feed last proved to be complete; absent while it has not. */
    public @Nullable Duration feedAge() {
        long confirmed = confirmedNanos;
        return confirmed == NEVER ? null : Duration.ofNanos(Math.max(0, nanoTime.getAsLong() - confirmed));
    }

    private record Known(TenantRevocations list, long askedAtNanos) {}
}
