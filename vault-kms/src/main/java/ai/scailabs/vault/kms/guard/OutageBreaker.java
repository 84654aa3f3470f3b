package ai.scailabs.vault.kms.guard;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves a keeper alone that does not serve: when half of its last calls failed with the code of an outage, the next ones fail at once instead of each waiting for a time-out, and every other second a few
 * calls try whether it serves again. Any other refusal is an answer. Thread-safe.
 */
final class OutageBreaker {
    private static final Logger LOG = LoggerFactory.getLogger(OutageBreaker.class);
    private static final int WINDOW_CALLS = 20;
    private static final int FEWEST_CALLS = 5;
    private static final int TRIALS = 3;

    private final String keeper;
    private final Supplier<String> named;
    private final ErrorCode outage;
    private final CircuitBreaker breaker;
    private final AtomicBoolean told = new AtomicBoolean();

    /**
     * @param keeper as people call it: {@code root key}
     * @param named which one, for the log
     * @param rest how long it is left alone before it is tried again
     */
    OutageBreaker(String keeper, Supplier<String> named, ErrorCode outage, Duration rest) {
        this.keeper = keeper;
        this.named = named;
        this.outage = outage;
        this.breaker = CircuitBreaker.of(
                keeper.replace(' ', '-'),
                CircuitBreakerConfig.custom()
                        .slidingWindowType(SlidingWindowType.COUNT_BASED)
                        .slidingWindowSize(WINDOW_CALLS)
                        .minimumNumberOfCalls(FEWEST_CALLS)
                        .failureRateThreshold(50)
                        .waitDurationInOpenState(rest)
                        .permittedNumberOfCallsInHalfOpenState(TRIALS)
                        .maxWaitDurationInHalfOpenState(rest)
                        .recordException(this::isOutage)
                        .writableStackTraceEnabled(false)
                        .build());
    }

    private boolean isOutage(Throwable failure) {
        return !(failure instanceof VaultException refusal) || refusal.code() == outage;
    }

    <T> T guarded(Supplier<T> call) {
        try {
            T answer = breaker.executeSupplier(call);
            if (told.get()) {
                report();
            }
            return answer;
        } catch (VaultException refused) {
            report();
            throw refused;
        } catch (CallNotPermittedException leftAlone) {
            throw new VaultException(outage, "The " + keeper + " failed repeatedly and is not asked for the moment");
        }
    }

    /** Once for each time; the breaker's own events would be made for every call. */
    private void report() {
        boolean open = isOpen();
        if (open && told.compareAndSet(false, true)) {
            LOG.warn("the {} {} does not serve and is left alone for a while", keeper, named.get());
        } else if (breaker.getState() == CircuitBreaker.State.CLOSED && told.compareAndSet(true, false)) {
            LOG.info("the {} {} serves again", keeper, named.get());
        }
    }

    /** Whether calls fail at once. */
    boolean isOpen() {
        return breaker.getState() == CircuitBreaker.State.OPEN;
    }
}
