package ai.scailabs.vault.server.metrics;

import ai.scailabs.vault.api.listener.TlsListener;
import ai.scailabs.vault.server.tls.ManagedTls;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How long the certificate still counts that this instance shows, and whether it is the newest that there is. */
public final class TlsMeters {
    /**
     * @param listener absent: no series
     * @param managed absent: none of its
     */
    public TlsMeters(
            MeterRegistry registry, Clock clock, @Nullable TlsListener listener, @Nullable ManagedTls managed) {
        if (listener != null) {
            Gauge.builder(
                            "scaivault.tls.certificate.remaining.seconds",
                            () -> listener.shown()
                                    .map(X509Certificate::getNotAfter)
                                    .map(end -> Duration.between(clock.instant(), end.toInstant())
                                            .toSeconds())
                                    .orElse(null))
                    .register(registry);
        }
        if (managed != null) {
            Gauge.builder(
                            "scaivault.tls.certificate.failing",
                            () -> managed.problem().isEmpty() ? 0 : 1)
                    .register(registry);
        }
    }
}
