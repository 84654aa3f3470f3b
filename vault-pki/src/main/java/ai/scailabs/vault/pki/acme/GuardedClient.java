package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.Incoming;
import ai.scailabs.vault.outbound.http.Outgoing;
import ai.scailabs.vault.outbound.http.SubstituteHttpClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLSession;

/**
 * What acme4j takes for its HTTP client, for one conversation: every request goes out as {@link GuardedTransfers} lets it, redirects are not followed, an answer has a bounded size, and all of them together a
 * bounded time and number, so that no directory holds a thread for longer than that.
 */
final class GuardedClient extends SubstituteHttpClient {
    /** Ten certificates with long chains fit in. */
    static final int MAX_BYTES = 256 * 1024;

    /** An order of a hundred names takes some hundreds. */
    private static final int MAX_REQUESTS = 600;

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final GuardedTransfers transfers;
    private final long endNanos;
    private int requests;

    /** @param budget for all requests together */
    GuardedClient(GuardedTransfers transfers, Duration budget) {
        this.transfers = transfers;
        this.endNanos = System.nanoTime() + budget.toNanos();
    }

    @Override
    public <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) throws IOException {
        Answer answer = exchange(request);
        HttpHeaders headers = HttpHeaders.of(answer.headers(), (name, value) -> true);
        HttpResponse.BodySubscriber<T> subscriber = handler.apply(new Info(answer.status(), headers));
        subscriber.onSubscribe(new Demand());
        subscriber.onNext(List.of(ByteBuffer.wrap(answer.body())));
        subscriber.onComplete();
        return new Response<>(
                request,
                answer.status(),
                headers,
                subscriber.getBody().toCompletableFuture().join());
    }

    private Answer exchange(HttpRequest request) throws IOException {
        Duration left = Duration.ofNanos(endNanos - System.nanoTime());
        if (left.isNegative() || ++requests > MAX_REQUESTS) {
            throw new IOException("the directory takes too long");
        }
        URI location = request.uri();
        if (location.getHost() == null || location.getRawUserInfo() != null) {
            throw new IOException("the directory names a location without a host");
        }
        Duration patience = left.compareTo(PATIENCE) < 0 ? left : PATIENCE;
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        request.headers()
                .map()
                .forEach((name, values) -> values.forEach(value -> {
                    // What is packed could be much larger than it comes.
                    if (!name.equalsIgnoreCase("Accept-Encoding")) {
                        headers.add(Map.entry(name, value));
                    }
                }));
        AtomicReference<Runnable> abandon = new AtomicReference<>(() -> {});
        Future<?> deadline = transfers.after(patience, () -> abandon.get().run());
        try (Incoming answer = transfers.send(
                new Outgoing(request.method(), location, headers, body(request), patience), abandon::set)) {
            byte[] content = answer.body().readNBytes(MAX_BYTES + 1);
            if (content.length > MAX_BYTES) {
                throw new IOException("the answer is larger than " + MAX_BYTES + " bytes");
            }
            Map<String, List<String>> received = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            answer.headers()
                    .forEach(header -> received.computeIfAbsent(header.getKey(), name -> new ArrayList<>())
                            .addAll(
                                    header.getKey().equalsIgnoreCase("Link")
                                            ? LinkHeader.parse(header.getValue())
                                            : List.of(header.getValue())));
            return new Answer(answer.status(), received, content);
        } finally {
            deadline.cancel(false);
        }
    }

    private record Answer(int status, Map<String, List<String>> headers, byte[] body) {
        @Override
        public String toString() {
            return "Answer[" + status + "]";
        }
    }

    private record Info(int statusCode, HttpHeaders headers) implements HttpResponse.ResponseInfo {
        @Override
        public Version version() {
            return Version.HTTP_1_1;
        }
    }

    private static final class Demand implements Flow.Subscription {
        @Override
        public void request(long n) {
            // What there is comes without being asked for.
        }

        @Override
        public void cancel() {
            // It lies in memory.
        }
    }

    private record Response<T>(HttpRequest request, int statusCode, HttpHeaders headers, T body)
            implements HttpResponse<T> {
        @Override
        public Optional<HttpResponse<T>> previousResponse() {
            return Optional.empty();
        }

        @Override
        public Optional<SSLSession> sslSession() {
            return Optional.empty();
        }

        @Override
        public URI uri() {
            return request.uri();
        }

        @Override
        public Version version() {
            return Version.HTTP_1_1;
        }

        @Override
        public String toString() {
            return "Response[" + statusCode + "]";
        }
    }
}
