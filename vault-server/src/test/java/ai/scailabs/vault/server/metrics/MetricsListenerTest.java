package ai.scailabs.vault.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.server.settings.ListenAddress;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;

class MetricsListenerTest {
    @Test
    void metricsAreShown_onceForEachConnection() throws Exception {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        registry.counter("canary").increment();
        String address;
        try (ServerSocket free = new ServerSocket(0)) {
            address = "127.0.0.1:" + free.getLocalPort();
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + address + "/v1/metrics"));
        try (MetricsListener listener =
                        new MetricsListener(ListenAddress.parse(address).orElseThrow(), registry);
                HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> shown = client.send(request.build(), BodyHandlers.ofString());
            assertThat(shown.statusCode()).isEqualTo(200);
            assertThat(shown.body()).contains("canary_total 1.0");
            assertThat(shown.headers().firstValue("Connection")).hasValue("close");
        }
    }
}
