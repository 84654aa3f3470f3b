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
        breaker.getEventPublisher().onStateTransition(event -> report(event.getStateTransition()));
    }

    private static boolean isOutage(Throwable failure) {
        return !(failure instanceof VaultException refusal) || refusal.code() == ErrorCode.KMS_UNAVAILABLE;
    }

    private void report(CircuitBreaker.StateTransition transition) {
        switch (transition.getToState()) {
            case OPEN -> LOG.warn("the root key {} does not serve and is left alone for a while", id());
            case CLOSED -> LOG.info("the root key {} serves again", id());
            default -> LOG.debug("the root key {} is tried again", id());
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
            return breaker.executeSupplier(call);
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
