package ai.scailabs.vault.access.decision;

import ai.scailabs.vault.access.policy.PolicySnapshots;
import ai.scailabs.vault.kernel.id.TenantId;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Compiled policies of the tenants in use, bounded by the sum of their rules and bindings. Never decides whether they are fresh enough. Thread-safe. */
final class PolicyCache {
    private static final long MAX_ENTRIES = 500_000;

    private final PolicySnapshots snapshots;
    private final ConcurrentHashMap<TenantId, CompletableFuture<CompiledPolicies>> reads = new ConcurrentHashMap<>();
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

    /** Who comes while a read is under way shares it, unless that read began too early to see the epoch. */
    private CompiledPolicies read(TenantId tenant, long epoch) {
        CompletableFuture<CompiledPolicies> mine = new CompletableFuture<>();
        CompletableFuture<CompiledPolicies> earlier = reads.putIfAbsent(tenant, mine);
        if (earlier == null) {
            return readFor(tenant, mine);
        }
        CompiledPolicies shared = outcome(earlier);
        return shared.epoch() == epoch ? shared : compile(tenant);
    }

    private CompiledPolicies readFor(TenantId tenant, CompletableFuture<CompiledPolicies> waiting) {
        try {
            CompiledPolicies policies = compile(tenant);
            waiting.complete(policies);
            return policies;
        } catch (RuntimeException | Error failure) {
            waiting.completeExceptionally(failure);
            throw failure;
        } finally {
            reads.remove(tenant, waiting);
        }
    }

    private CompiledPolicies compile(TenantId tenant) {
        CompiledPolicies policies = new CompiledPolicies(snapshots.read(tenant));
        compiled.put(tenant, policies);
        return policies;
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
