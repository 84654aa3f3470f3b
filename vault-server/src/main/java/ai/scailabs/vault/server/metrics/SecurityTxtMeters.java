package ai.scailabs.vault.server.metrics;

import ai.scailabs.vault.api.system.SecurityTxt;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How long {@code security.txt} still counts: it is not served any more after that, which nobody would notice by themselves. */
public final class SecurityTxtMeters {
    private static final Logger LOG = LoggerFactory.getLogger(SecurityTxtMeters.class);
    private static final Duration SOON = Duration.ofDays(30);

    /** @param configured absent: no series */
    public SecurityTxtMeters(MeterRegistry registry, Clock clock, @Nullable SecurityTxt configured) {
        if (configured == null) {
            return;
        }
        Gauge.builder(
                        "scaivault.security.txt.remaining.seconds",
                        () -> left(clock, configured).toSeconds())
                .register(registry);
        Duration left = left(clock, configured);
        if (!left.isPositive()) {
            LOG.warn(
                    "security.txt expired at {} and is not served: set SECURITY_TXT_EXPIRES anew",
                    configured.expires());
        } else if (left.compareTo(SOON) < 0) {
            LOG.warn("security.txt expires at {}: set SECURITY_TXT_EXPIRES anew", configured.expires());
        }
    }

    private static Duration left(Clock clock, SecurityTxt configured) {
        return Duration.between(clock.instant(), configured.expires());
    }
}
