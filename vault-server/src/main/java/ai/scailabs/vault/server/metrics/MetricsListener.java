package ai.scailabs.vault.server.metrics;

import ai.scailabs.vault.api.system.MetricsController;
import ai.scailabs.vault.server.listener.PlainHttp;
import ai.scailabs.vault.server.settings.ListenAddress;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** Shows metrics without a token at an address of its own, for a scraper inside the network; nothing else is served there. */
public final class MetricsListener implements AutoCloseable {
    private final PrometheusMeterRegistry registry;
    private final @Nullable HttpServer server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

    /** @param address absent: no such listener */
    public MetricsListener(@Nullable ListenAddress address, PrometheusMeterRegistry registry) {
        this.registry = registry;
        this.server = address == null ? null : start(address);
    }

    private HttpServer start(ListenAddress address) {
        try {
            return PlainHttp.start(address, this::answer, executor);
        } catch (IOException taken) {
            throw new UncheckedIOException("METRICS_BIND_ADDRESS cannot be listened on", taken);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean known = exchange.getRequestURI().getRawPath().equals("/v1/metrics")
                    && exchange.getRequestMethod().equals("GET");
            if (!known) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            byte[] body = registry.scrape(MetricsController.CONTENT_TYPE).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", MetricsController.CONTENT_TYPE);
            exchange.sendResponseHeaders(200, body.length);
            // Closed here, so that the server hears of a failure and forgets the connection.
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        }
    }

    @Override
    public void close() {
        if (server != null) {
            server.stop(1);
        }
        executor.close();
    }
}
