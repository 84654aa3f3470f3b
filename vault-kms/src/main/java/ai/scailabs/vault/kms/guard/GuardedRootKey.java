package ai.scailabs.vault.kms.guard;

import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.WrapContext;
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
 * A root key behind a circuit breaker: when half of its last calls could not be served, the next ones fail at once instead of each waiting for a time-out, and every other
 * second a few calls try whether it serves again. That a wrapped key does not open is an answer like any other. Thread-safe.
 */
public final class GuardedRootKey implements RootKey {
    private static final Logger LOG = LoggerFactory.getLogger(GuardedRootKey.class);
    private static final int WINDOW_CALLS = 20;
    private static final int FEWEST_CALLS = 5;
    private static final int TRIALS = 3;

    private final RootKey delegate;
    private final CircuitBreaker breaker;
    private final AtomicBoolean told = new AtomicBoolean();

    /** @param rest how long it is left alone before it is tried again */
    public GuardedRootKey(RootKey delegate, Duration rest) {
        this.delegate = delegate;
        this.breaker = CircuitBreaker.of(
                "root-key",
                CircuitBreakerConfig.custom()
                        .slidingWindowType(SlidingWindowType.COUNT_BASED)
                        .slidingWindowSize(WINDOW_CALLS)
                        .minimumNumberOfCalls(FEWEST_CALLS)
                        .failureRateThreshold(50)
                        .waitDurationInOpenState(rest)
                        .permittedNumberOfCallsInHalfOpenState(TRIALS)
                        .maxWaitDurationInHalfOpenState(rest)
                        .recordException(GuardedRootKey::isOutage)
                        .writableStackTraceEnabled(false)
                        .build());
    }

    private static boolean isOutage(Throwable failure) {
        return !(failure instanceof VaultException refusal) || refusal.code() == ErrorCode.KMS_UNAVAILABLE;
    }

    /** Once for each time; the breaker's own events would be made for every call. */
    private void report() {
        boolean open = isLeftAlone();
        if (open && told.compareAndSet(false, true)) {
            LOG.warn("the root key {} does not serve and is left alone for a while", id());
        } else if (breaker.getState() == CircuitBreaker.State.CLOSED && told.compareAndSet(true, false)) {
            LOG.info("the root key {} serves again", id());
        }
    }

    @Override
    public String id() {
        return delegate.id();
    }

    @Override
    public byte[] wrap(KeyMaterial key, WrapContext context) {
        return guarded(() -> delegate.wrap(key, context));
    }

    @Override
    public KeyMaterial unwrap(byte[] wrapped, WrapContext context) {
        return guarded(() -> delegate.unwrap(wrapped, context));
    }

    private <T> T guarded(Supplier<T> call) {
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
            throw new VaultException(
                    ErrorCode.KMS_UNAVAILABLE, "The root key failed repeatedly and is not asked for the moment");
        }
    }

    /** Whether calls fail at once. */
    public boolean isLeftAlone() {
        return breaker.getState() == CircuitBreaker.State.OPEN;
    }
}
