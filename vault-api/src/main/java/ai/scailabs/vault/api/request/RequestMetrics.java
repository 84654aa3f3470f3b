package ai.scailabs.vault.api.request;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts and times requests under the documented names. Its labels are closed sets: nothing that a caller invents becomes a series. */
public final class RequestMetrics {
    private static final String CATEGORY_ATTRIBUTE = RequestMetrics.class.getName();
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS");

    private final MeterRegistry registry;
    private final Map<PathCategory, AtomicInteger> active = new EnumMap<>(PathCategory.class);
    private final ConcurrentHashMap<Series, Recorder> recorders = new ConcurrentHashMap<>();

    public RequestMetrics(MeterRegistry registry) {
        this.registry = registry;
        for (PathCategory category : PathCategory.values()) {
            AtomicInteger count = new AtomicInteger();
            active.put(category, count);
            registry.gauge("scaivault.active.requests", Tags.of("path_category", category.wireName()), count);
        }
    }

    /** The handler is known: the request counts as active in its category until {@link #finished}. */
    void started(HttpServletRequest request, PathCategory category) {
        request.setAttribute(CATEGORY_ATTRIBUTE, category);
        count(category).incrementAndGet();
    }

    void finished(HttpServletRequest request, int status, long nanos) {
        PathCategory category = (PathCategory) request.getAttribute(CATEGORY_ATTRIBUTE);
        if (category == null) {
            category = PathCategory.UNKNOWN;
        } else {
            count(category).decrementAndGet();
        }
        String method = METHODS.contains(request.getMethod()) ? request.getMethod() : "OTHER";
        Recorder recorder = recorders.computeIfAbsent(new Series(method, category, status), this::recorder);
        recorder.count().increment();
        recorder.duration().record(nanos, TimeUnit.NANOSECONDS);
    }

    private AtomicInteger count(PathCategory category) {
        return active.computeIfAbsent(category, missing -> new AtomicInteger());
    }

    private Recorder recorder(Series series) {
        Counter count = Counter.builder("scaivault.requests")
                .tag("method", series.method())
                .tag("path_category", series.category().wireName())
                .tag("status", String.valueOf(series.status()))
                .register(registry);
        Timer duration = Timer.builder("scaivault.request.duration")
                .tag("method", series.method())
                .tag("path_category", series.category().wireName())
                .serviceLevelObjectives(
                        Duration.ofMillis(1),
                        Duration.ofMillis(2),
                        Duration.ofMillis(5),
                        Duration.ofMillis(10),
                        Duration.ofMillis(25),
                        Duration.ofMillis(50),
                        Duration.ofMillis(100),
                        Duration.ofMillis(250),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(5))
                .register(registry);
        return new Recorder(count, duration);
    }

    private record Series(String method, PathCategory category, int status) {}

    private record Recorder(Counter count, Timer duration) {}
}
