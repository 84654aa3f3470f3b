package ai.scailabs.vault.bench.stand;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * As much of AWS KMS's protocol as the service speaks, on loopback, with an answer that takes as long as it is told to. What it was given to encrypt it keeps, and gives it
 * back: its own cost is to be small beside the wait.
 */
final class DistantKms implements AutoCloseable {
    static final String KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

    private static final Pattern PLAINTEXT = Pattern.compile("\"Plaintext\":\"([^\"]+)\"");
    private static final Pattern BLOB = Pattern.compile("\"CiphertextBlob\":\"([^\"]+)\"");

    private final HttpServer server;
    private final Map<String, String> kept = new ConcurrentHashMap<>();
    private final AtomicLong distanceNanos = new AtomicLong();
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger mostUnderWay = new AtomicInteger();
    private final AtomicLong calls = new AtomicLong();

    DistantKms() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** How long every answer takes from now on. */
    void stand(Duration away) {
        distanceNanos.set(away.toNanos());
        calls.set(0);
        mostUnderWay.set(0);
    }

    long calls() {
        return calls.get();
    }

    /** At the same moment, since it was last told where to stand. */
    int mostUnderWay() {
        return mostUnderWay.get();
    }

    private void answer(HttpExchange exchange) throws IOException {
        calls.incrementAndGet();
        int now = underWay.incrementAndGet();
        mostUnderWay.accumulateAndGet(now, Math::max);
        try {
            String request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
            byte[] answer = (target.endsWith(".Encrypt") ? encrypted(request) : decrypted(request))
                    .getBytes(StandardCharsets.UTF_8);
            Thread.sleep(Duration.ofNanos(distanceNanos.get()));
            exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.1");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            underWay.decrementAndGet();
            exchange.close();
        }
    }

    private String encrypted(String request) {
        String blob = UUID.randomUUID().toString().replace("-", "");
        kept.put(blob, member(PLAINTEXT, request));
        return "{\"KeyId\":\"" + KEY + "\",\"CiphertextBlob\":\"" + blob + "\"}";
    }

    private String decrypted(String request) {
        return "{\"KeyId\":\"" + KEY + "\",\"Plaintext\":\"" + kept.get(member(BLOB, request)) + "\"}";
    }

    private static String member(Pattern pattern, String request) {
        Matcher matcher = pattern.matcher(request);
        if (!matcher.find()) {
            throw new IllegalStateException("a request that nobody expected");
        }
        return matcher.group(1);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
