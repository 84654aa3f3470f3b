package ai.scailabs.vault.server.metrics;

import ai.scailabs.vault.pki.issuance.RenewalTally;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** How many certificates of the tenants' own authorities were renewed, and how often that did not succeed. */
public final class RenewalMeters implements RenewalTally {
    private final Counter renewed;
    private final Counter failed;

    public RenewalMeters(MeterRegistry registry) {
        this.renewed = counter(registry, "renewed");
        this.failed = counter(registry, "failed");
    }

    private static Counter counter(MeterRegistry registry, String outcome) {
        return registry.counter("scaivault.certificate.renewals", "outcome", outcome);
    }

    @Override
    public void renewed() {
        renewed.increment();
    }

    @Override
    public void failed() {
        failed.increment();
    }
}
