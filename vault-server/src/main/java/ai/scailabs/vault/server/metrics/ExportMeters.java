package ai.scailabs.vault.server.metrics;

import ai.scailabs.vault.audit.export.ExportWorker;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

/** What became of exports on this instance, and how many are under way on whichever does them. */
public final class ExportMeters {
    /** @param worker absent: no series, as others do such jobs */
    public ExportMeters(MeterRegistry registry, @Nullable ExportWorker worker) {
        if (worker == null) {
            return;
        }
        FunctionCounter.builder("scaivault.audit.exports", worker, ExportWorker::completed)
                .tag("outcome", "completed")
                .register(registry);
        FunctionCounter.builder("scaivault.audit.exports", worker, ExportWorker::failed)
                .tag("outcome", "failed")
                .register(registry);
        FunctionCounter.builder("scaivault.audit.exported.entries", worker, ExportWorker::rows)
                .register(registry);
        Gauge.builder("scaivault.audit.exports.open", worker, ExportWorker::open)
                .register(registry);
        Gauge.builder("scaivault.audit.exports.held.up", worker, ExportWorker::heldUp)
                .register(registry);
        Gauge.builder(
                        "scaivault.audit.export.lag.seconds",
                        worker,
                        exports -> exports.lag().toSeconds())
                .register(registry);
    }
}
