package ai.scailabs.vault.access.token;

import com.github.benmanes.caffeine.cache.AsyncCache;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/** Lets one caller do what several ask for at the same time; the others wait and get what came of it, be it a failure. Thread-safe. */
final class SharedWork<K, V> {
    private final ConcurrentMap<K, CompletableFuture<V>> underWay;
    private final boolean forgets;

    private SharedWork(ConcurrentMap<K, CompletableFuture<V>> underWay, boolean forgets) {
        this.underWay = underWay;
        this.forgets = forgets;
    }

    /** Who comes later asks anew. */
    static <K, V> SharedWork<K, V> forgotten() {
        return new SharedWork<>(new ConcurrentHashMap<>(), true);
    }

    /** Who comes later gets what the cache still holds, which are no failures. */
    static <K, V> SharedWork<K, V> keptIn(AsyncCache<K, V> cache) {
        return new SharedWork<>(cache.asMap(), false);
    }

    V outcome(K key, Supplier<V> work) {
        CompletableFuture<V> mine = new CompletableFuture<>();
        CompletableFuture<V> earlier = underWay.putIfAbsent(key, mine);
        if (earlier != null) {
            return outcome(earlier);
        }
        try {
            V done = work.get();
            mine.complete(done);
            return done;
        } catch (RuntimeException | Error failure) {
            mine.completeExceptionally(failure);
            throw failure;
        } finally {
            if (forgets) {
                underWay.remove(key, mine);
            }
        }
    }

    private static <V> V outcome(CompletableFuture<V> earlier) {
        try {
            return earlier.join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof RuntimeException refusal) {
                throw refusal;
            }
            throw failed;
        }
    }
}
