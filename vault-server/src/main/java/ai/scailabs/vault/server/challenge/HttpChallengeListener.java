package ai.scailabs.vault.server.challenge;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.acme.ChallengeAnswers;
import ai.scailabs.vault.server.listener.PlainHttp;
import ai.scailabs.vault.server.settings.ListenAddress;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Answers directories by HTTP without TLS (RFC 8555 §8.3), at an address of its own; nothing else is served there. The same is answered on the main port. */
public final class HttpChallengeListener implements AutoCloseable {
    private static final String PATH = "/.well-known/acme-challenge/";
    private static final int THREADS = 16;
    private static final int WAITING = 256;

    private final ChallengeAnswers answers;
    private final ExecutorService threads;
    private final @Nullable HttpServer server;

    /** @param address absent: no such listener */
    public HttpChallengeListener(@Nullable ListenAddress address, ChallengeAnswers answers) {
        this.answers = answers;
        // Who finds no room is hung up on: a directory asks again.
        this.threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                30,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(WAITING),
                Thread.ofVirtual().name("acme-http-", 0).factory(),
                new ThreadPoolExecutor.AbortPolicy());
        this.server = address == null ? null : start(address);
    }

    private HttpServer start(ListenAddress address) {
        try {
            return PlainHttp.start(address, this::answer, threads);
        } catch (IOException taken) {
            throw new UncheckedIOException("ACME_HTTP_BIND cannot be listened on", taken);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getRawPath();
            boolean asked = exchange.getRequestMethod().equals("GET") && path.startsWith(PATH);
            String found;
            try {
                found = asked ? answers.http(path.substring(PATH.length())).orElse(null) : null;
            } catch (VaultException unavailable) {
                exchange.sendResponseHeaders(503, -1);
                return;
            }
            if (found == null) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            byte[] body = found.getBytes(StandardCharsets.US_ASCII);
            exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
            exchange.sendResponseHeaders(200, body.length);
            // Closed here, so that the server hears of a failure and forgets the connection.
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        }
    }

    /** Where it listens; 0 when it does not. */
    public int port() {
        return server == null ? 0 : server.getAddress().getPort();
    }

    @Override
    public void close() {
        if (server != null) {
            server.stop(0);
        }
        threads.shutdownNow();
    }
}
