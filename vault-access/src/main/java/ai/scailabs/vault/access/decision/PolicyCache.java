package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.access.policy.PolicySnapshots;
import ai.scailabs.vault.kernel.id.TenantId;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Compiled policies of the tenants in use, bounded by the sum of their rules and bindings. Never decides whether they are fresh enough. Thread-safe. */
final class PolicyCache {
    private static final long MAX_ENTRIES = 500_000;

    private final PolicySnapshots snapshots;
    private final ConcurrentHashMap<TenantId, CompletableFuture<CompiledPolicies>> reads = new ConcurrentHashMap<>();
    private final LongAdder compilations = new LongAdder();
    private final Cache<TenantId, CompiledPolicies> compiled = Caffeine.newBuilder()
            .maximumWeight(MAX_ENTRIES)
            .<TenantId, CompiledPolicies>weigher((tenant, policies) -> policies.weight())
            .executor(Runnable::run)
            .build();

    PolicyCache(PolicySnapshots snapshots) {
        this.snapshots = snapshots;
    }

    /** What was read last, however long ago, or null. */
    @Nullable
    CompiledPolicies known(TenantId tenant) {
        return compiled.getIfPresent(tenant);
    }

    /** What holds at this epoch, or later if it has passed. */
    CompiledPolicies at(TenantId tenant, long epoch) {
        CompiledPolicies known = known(tenant);
        return known != null && known.epoch() == epoch ? known : read(tenant, epoch);
    }

    /**
     * Who comes while a read is under way shares it, unless that read began too early to see the epoch. The one after it cannot: it begins later than the
     * caller came.
     */
    private CompiledPolicies read(TenantId tenant, long epoch) {
        CompletableFuture<CompiledPolicies> mine = new CompletableFuture<>();
        CompletableFuture<CompiledPolicies> underWay = reads.putIfAbsent(tenant, mine);
        if (underWay != null) {
            CompiledPolicies shared = outcome(underWay);
            if (shared.epoch() == epoch) {
                return shared;
            }
            underWay = reads.putIfAbsent(tenant, mine);
        }
        return underWay == null ? readFor(tenant, mine) : outcome(underWay);
    }

    private CompiledPolicies readFor(TenantId tenant, CompletableFuture<CompiledPolicies> waiting) {
        compilations.increment();
        try {
            CompiledPolicies policies = new CompiledPolicies(snapshots.read(tenant));
            compiled.put(tenant, policies);
            // Gone before it is complete, so that nobody finds it twice.
            reads.remove(tenant, waiting);
            waiting.complete(policies);
            return policies;
        } catch (RuntimeException | Error failure) {
            reads.remove(tenant, waiting);
            waiting.completeExceptionally(failure);
            throw failure;
        }
    }

    long compilations() {
        return compilations.sum();
    }

    private static CompiledPolicies outcome(CompletableFuture<CompiledPolicies> read) {
        try {
            return read.join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw failed;
        }
    }
}
