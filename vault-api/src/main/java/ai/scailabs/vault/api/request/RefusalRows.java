package ai.scailabs.vault.api.request;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Records refusals of callers that ask too much, so that they cost less than what was refused. The first is recorded and answered at once. Those of the same
 * identity, action and address that follow within a tenth of a second wait until it is over and share one row, which counts them and names their request
 * ids. None is answered before its row is durable; and who does not stop makes ten rows a second, however many requests.
 */
final class RefusalRows {
    static final Duration PACE = Duration.ofMillis(100);

    private static final int MAX_IDS = 100;
    private static final int MAX_PACED = 10_000;

    private final ConcurrentHashMap<RefusalSource, Gathering> open = new ConcurrentHashMap<>();
    /** When the next row may be written, by {@link System#nanoTime()}. One that is forgotten early costs a row. */
    private final Cache<RefusalSource, Long> paced = Caffeine.newBuilder()
            .maximumSize(MAX_PACED)
            .expireAfterWrite(PACE.multipliedBy(2))
            .executor(Runnable::run)
            .build();

    /**
     * Returns when a durable row tells of the refusal of this call.
     *
     * @throws VaultException {@code service_unavailable}
     */
    void record(Call call, VaultException refusal) {
        RequestFacts facts = call.facts();
        RefusalSource source = call.source();
        Gathering mine = new Gathering();
        // Joining and closing exclude each other, so that no request is left out of the row that it waits for.
        Gathering joined = open.compute(
                source, (key, gathering) -> (gathering == null ? mine : gathering).with(facts.requestId()));
        if (joined != mine) {
            joined.await();
            return;
        }
        try {
            awaitPace(source);
            open.remove(source, mine);
            call.refused(refusal, mine.closed()).receipt().await();
            mine.recorded();
        } catch (RuntimeException | Error failure) {
            open.remove(source, mine);
            mine.failed(failure);
            throw failure;
        }
    }

    private void awaitPace(RefusalSource source) {
        Long next = paced.getIfPresent(source);
        long now = System.nanoTime();
        while (next != null && next - now > 0) {
            LockSupport.parkNanos(this, next - now);
            if (Thread.currentThread().isInterrupted()) {
                throw stopping();
            }
            now = System.nanoTime();
        }
        paced.put(source, now + PACE.toNanos());
    }

    private static VaultException stopping() {
        return new VaultException(ErrorCode.SERVICE_UNAVAILABLE, "The server is stopping");
    }

    /** The requests that one row will tell of. */
    private static final class Gathering {
        private final List<String> ids = new ArrayList<>();
        private final CompletableFuture<Boolean> outcome = new CompletableFuture<>();
        private int requests;

        synchronized Gathering with(String requestId) {
            requests++;
            if (ids.size() < MAX_IDS) {
                ids.add(requestId);
            }
            return this;
        }

        /** What the row says about others than the one that writes it. */
        synchronized Map<String, Object> closed() {
            return requests == 1 ? Map.of() : Map.of("requests", requests, "request_ids", String.join(" ", ids));
        }

        void await() {
            try {
                outcome.join();
            } catch (CompletionException unrecorded) {
                throw unrecorded.getCause() instanceof VaultException failure ? failure : stopping();
            }
        }

        void recorded() {
            outcome.complete(true);
        }

        void failed(Throwable failure) {
            outcome.completeExceptionally(failure);
        }
    }
}
