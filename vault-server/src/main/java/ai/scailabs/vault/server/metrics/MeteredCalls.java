package ai.scailabs.vault.server.metrics;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** One operation of somebody who keeps keys: how long its calls take, and how many fail, for want of them or because what was given is not as it was. */
final class MeteredCalls {
    private final Timer latency;
    private final Counter outages;
    private final Counter refusals;

    /**
     * @param name before {@code .latency} and {@code .errors}
     * @param outage the code of what does not answer
     */
    MeteredCalls(MeterRegistry registry, String name, Tags tags, ErrorCode outage) {
        this.latency = Timer.builder(name + ".latency").tags(tags).register(registry);
        this.outages = errors(registry, name, tags, outage);
        this.refusals = errors(registry, name, tags, ErrorCode.INTEGRITY_FAILURE);
    }

    private static Counter errors(MeterRegistry registry, String name, Tags tags, ErrorCode code) {
        return Counter.builder(name + ".errors")
                .tags(tags.and("error", code.code()))
                .register(registry);
    }

    <T> T measured(Supplier<T> call) {
        long before = System.nanoTime();
        try {
            return call.get();
        } catch (VaultException refused) {
            (refused.code() == ErrorCode.INTEGRITY_FAILURE ? refusals : outages).increment();
            throw refused;
        } finally {
            latency.record(System.nanoTime() - before, TimeUnit.NANOSECONDS);
        }
    }
}
