package ai.scailabs.vault.outbound.http;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Requests to servers that tenants name. A name is resolved once for each request, every address that it leads to is checked, and the connection goes to one of these: a
 * name that means something else a moment later changes nothing. Answers are bounded whatever the server does: no redirects, 3 s from the look-up of the name to the last byte, 256 KiB.
 * TLS is verified. Thread-safe.
 */
public final class GuardedHttp implements AutoCloseable {
    static final Duration TOTAL_TIMEOUT = Duration.ofSeconds(3);
    static final int MAX_BYTES = 256 * 1024;

    private static final int MOST_AT_ONCE = 32;
    /** Kubernetes gives its keys as {@code application/jwk-set+json} only, and to nobody who does not ask for that. */
    private static final String DOCUMENTS = "application/json, application/jwk-set+json, */*";

    private final AddressRule rule;
    private final SSLSocketFactory tls;
    private final ThreadPoolExecutor threads;

    /** @param tls decides which certificates are trusted */
    public GuardedHttp(AddressRule rule, SSLSocketFactory tls) {
        this.rule = rule;
        this.tls = tls;
        // Threads of the platform: the look-up of a name cannot be broken off, and would hold a carrier.
        this.threads = new ThreadPoolExecutor(
                0,
                MOST_AT_ONCE,
                30,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                Thread.ofPlatform().name("outbound-", 0).daemon().factory());
    }

    /** @throws IOException when there is no complete answer; its message is for the log and repeats nothing of the answer */
    public Reply get(URI location) throws IOException, InterruptedException {
        return send(location, "GET", Map.of("Accept", DOCUMENTS), "");
    }

    /**
     * @param headers besides those of every request
     * @throws IOException as {@link #get}
     */
    public Reply post(URI location, Map<String, String> headers, String body) throws IOException, InterruptedException {
        return send(location, "POST", headers, body);
    }

    private Reply send(URI location, String method, Map<String, String> headers, String body)
            throws IOException, InterruptedException {
        byte[] request = request(location, method, headers, body);
        GuardedExchange exchange =
                new GuardedExchange(new GuardedConnection(location, rule, tls, TOTAL_TIMEOUT), request);
        Future<Reply> answer = submit(exchange);
        try {
            return answer.get(TOTAL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException slow) {
            throw new IOException(
                    "no complete answer within " + TOTAL_TIMEOUT.toSeconds() + " s from " + location.getHost(), slow);
        } catch (ExecutionException failed) {
            throw new IOException("no answer from " + location.getHost() + ": " + reason(failed.getCause()), failed);
        } finally {
            // Ends the exchange when it is not over; else nothing.
            exchange.close();
        }
    }

    private Future<Reply> submit(GuardedExchange exchange) throws IOException {
        try {
            return threads.submit(exchange);
        } catch (RejectedExecutionException busy) {
            throw new IOException("too many requests to other servers are under way", busy);
        }
    }

    private static String reason(@Nullable Throwable cause) {
        return cause instanceof IOException ? String.valueOf(cause.getMessage()) : String.valueOf(cause);
    }

    private static byte[] request(URI location, String method, Map<String, String> headers, String body) {
        String path = location.getRawPath().isEmpty() ? "/" : location.getRawPath();
        String query = location.getRawQuery() == null ? "" : "?" + location.getRawQuery();
        StringBuilder head = new StringBuilder();
        line(head, method + " " + path + query + " HTTP/1.1");
        line(head, "Host: " + location.getRawAuthority());
        line(head, "User-Agent: scaivault");
        line(head, "Connection: close");
        headers.forEach((name, value) -> line(head, name + ": " + value));
        if (method.equals("POST")) {
            line(head, "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length);
        }
        return head.append("\r\n").append(body).toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void line(StringBuilder head, String line) {
        for (int i = 0; i < line.length(); i++) {
            if (line.charAt(i) < ' ' || line.charAt(i) > '~') {
                throw new IllegalArgumentException("a header holds printable ASCII only");
            }
        }
        head.append(line).append("\r\n");
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
