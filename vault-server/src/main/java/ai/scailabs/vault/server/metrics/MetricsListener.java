package ai.scailabs.vault.server.metrics;

import ai.scailabs.vault.api.system.MetricsController;
import ai.scailabs.vault.server.settings.ListenAddress;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
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
            HttpServer started = HttpServer.create(new InetSocketAddress(address.address(), address.port()), 0);
            started.createContext("/", this::answer);
            started.setExecutor(executor);
            started.start();
            return started;
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
            exchange.getResponseBody().write(body);
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
