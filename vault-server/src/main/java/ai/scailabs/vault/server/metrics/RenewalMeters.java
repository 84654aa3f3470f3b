package ai.scailabs.vault.server.metrics;

import ai.scailabs.vault.pki.issuance.RenewalTally;
import ai.scailabs.vault.pki.rotation.RotationTally;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** How many certificates of the tenants' own authorities were renewed, and keys of these rotated, and how often that did not succeed. */
public final class RenewalMeters {
    private static final String OUTCOME = "outcome";

    private final Counter renewed;
    private final Counter failed;
    private final Counter rotated;
    private final Counter rotationFailed;
    private volatile double rotationsDue = Double.NaN;

    public RenewalMeters(MeterRegistry registry) {
        this.renewed = registry.counter("scaivault.certificate.renewals", OUTCOME, "renewed");
        this.failed = registry.counter("scaivault.certificate.renewals", OUTCOME, "failed");
        this.rotated = registry.counter("scaivault.authority.rotations", OUTCOME, "rotated");
        this.rotationFailed = registry.counter("scaivault.authority.rotations", OUTCOME, "failed");
        Gauge.builder("scaivault.authority.rotations.due", this, meters -> meters.rotationsDue)
                .register(registry);
    }

    public RenewalTally certificates() {
        return new RenewalTally() {
            @Override
            public void renewed() {
                renewed.increment();
            }

            @Override
            public void failed() {
                failed.increment();
            }
        };
    }

    public RotationTally authorities() {
        return new RotationTally() {
            @Override
            public void rotated() {
                rotated.increment();
            }

            @Override
            public void failed() {
                rotationFailed.increment();
            }

            @Override
            public void due(long authorities) {
                rotationsDue = authorities;
            }
        };
    }
}
