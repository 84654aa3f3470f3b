package ai.scailabs.vault.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CertificateMetersTest {
    private static String scraped(Map<UUID, Long> counts) {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        MultiGauge.builder("scaivault.certificates.active")
                .register(registry)
                .register(CertificateMeters.authorities(counts), true);
        return registry.scrape();
    }

    @Test
    void authorities_haveASeriesEach() {
        UUID one = new UUID(1, 1);
        assertThat(scraped(Map.of(one, 7L, new UUID(1, 2), 0L)))
                .contains("scaivault_certificates_active{ca_id=\"" + CertificateAuthority.idText(one) + "\"} 7.0")
                .doesNotContain("ca_id=\"other\"");
    }

    @Test
    void moreThanSeriesAreMadeFor_areTold_together() {
        Map<UUID, Long> counts = new HashMap<>();
        for (int i = 0; i < CertificateMeters.MAX_AUTHORITIES; i++) {
            counts.put(new UUID(1, i), 10L + i);
        }
        counts.put(new UUID(2, 1), 3L);
        counts.put(new UUID(2, 2), 4L);
        String scraped = scraped(counts);
        assertThat(scraped.lines().filter(line -> line.startsWith("scaivault_certificates_active{")))
                .hasSize(CertificateMeters.MAX_AUTHORITIES + 1);
        assertThat(scraped).contains("scaivault_certificates_active{ca_id=\"other\"} 7.0");
    }
}
