package ai.scailabs.vault.server.metrics;

import ai.scailabs.vault.pki.crl.CrlTally;
import ai.scailabs.vault.pki.crl.OverdueLists;
import ai.scailabs.vault.pki.inventory.CertificateCensus;
import ai.scailabs.vault.pki.issuer.CertificateAuthority;
import ai.scailabs.vault.pki.ocsp.OcspOutcome;
import ai.scailabs.vault.pki.ocsp.OcspService;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** How many certificates there are, whether lists of revoked ones are made in time, and what is answered about them. */
public final class CertificateMeters {
    /** The largest; all others together are {@value #OTHERS}, so that nobody makes series without end. */
    static final int MAX_AUTHORITIES = 500;

    static final String OTHERS = "other";

    private final CertificateCensus census;
    private final MultiGauge active;
    private final MultiGauge expiring;

    private CertificateMeters(MeterRegistry registry, CertificateCensus census) {
        this.census = census;
        this.active = MultiGauge.builder("scaivault.certificates.active").register(registry);
        this.expiring =
                MultiGauge.builder("scaivault.certificates.expiring.soon").register(registry);
    }

    /** What every instance does. */
    public static void bind(MeterRegistry registry, OcspService ocsp, CrlTally tally) {
        for (OcspOutcome outcome : OcspOutcome.values()) {
            FunctionCounter.builder("scaivault.ocsp.answers", ocsp, each -> each.answered(outcome))
                    .tag("status", outcome.wireName())
                    .register(registry);
        }
        FunctionCounter.builder("scaivault.ocsp.signatures", ocsp, OcspService::signatureCount)
                .register(registry);
        FunctionCounter.builder("scaivault.crl.builds", tally, CrlTally::madeCount)
                .tag("outcome", "made")
                .register(registry);
        FunctionCounter.builder("scaivault.crl.builds", tally, CrlTally::failedCount)
                .tag("outcome", "failed")
                .register(registry);
        FunctionCounter.builder("scaivault.crl.builds", tally, CrlTally::lostCount)
                .tag("outcome", "lost")
                .register(registry);
        FunctionCounter.builder("scaivault.crl.entries", tally, CrlTally::entryCount)
                .register(registry);
        FunctionTimer.builder(
                        "scaivault.crl.build.duration",
                        tally,
                        CrlTally::madeCount,
                        CrlTally::nanos,
                        TimeUnit.NANOSECONDS)
                .register(registry);
    }

    /** What whoever does jobs knows of all tenants. */
    public static CertificateMeters bind(MeterRegistry registry, CertificateCensus census, OverdueLists lists) {
        Gauge.builder("scaivault.crl.overdue.seconds", lists, OverdueLists::overdueSeconds)
                .register(registry);
        Gauge.builder("scaivault.crl.failing", lists, OverdueLists::failing).register(registry);
        return new CertificateMeters(registry, census);
    }

    /** Shows what was counted last. */
    public void refresh() {
        active.register(authorities(census.active()), true);
        List<Long> soon = census.expiringSoon();
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        for (int i = 0; i < soon.size(); i++) {
            rows.add(MultiGauge.Row.of(
                    Tags.of("within_days", String.valueOf(CertificateCensus.SOON_DAYS.get(i))), soon.get(i)));
        }
        expiring.register(rows, true);
    }

    static List<MultiGauge.Row<?>> authorities(Map<UUID, Long> counts) {
        List<Map.Entry<UUID, Long>> largest = counts.entrySet().stream()
                .sorted(Map.Entry.<UUID, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .toList();
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        long others = 0;
        for (Map.Entry<UUID, Long> each : largest) {
            if (rows.size() < MAX_AUTHORITIES) {
                rows.add(row(CertificateAuthority.idText(each.getKey()), each.getValue()));
            } else {
                others += each.getValue();
            }
        }
        if (largest.size() > MAX_AUTHORITIES) {
            rows.add(row(OTHERS, others));
        }
        return rows;
    }

    private static MultiGauge.Row<?> row(String authority, long count) {
        return MultiGauge.Row.of(Tags.of("ca_id", authority), count);
    }
}
