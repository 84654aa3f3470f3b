package ai.scailabs.vault.kms.guard;

import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.UnwrapRequest;
import ai.scailabs.vault.crypto.root.WrapContext;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Scheduler;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Remembers unwrapped keys for a time that is fixed when they are unwrapped; reading one does not prolong it. Meanwhile a root key that is disabled, or does not serve,
 * goes unnoticed for what is remembered. Forgotten keys are wiped, also when nobody asks any more. Failures are never remembered. Thread-safe.
 */
public final class RememberedUnwraps implements RootKey {
    private static final int MAX_KEYS = 10_000;

    private final RootKey delegate;
    private final Cache<UnwrapRequest, Remembered> remembered;

    public RememberedUnwraps(RootKey delegate, Duration memory) {
        this(delegate, memory, Ticker.systemTicker(), Scheduler.systemScheduler());
    }

    RememberedUnwraps(RootKey delegate, Duration memory, Ticker ticker, Scheduler scheduler) {
        this.delegate = delegate;
        this.remembered = Caffeine.newBuilder()
                .expireAfterWrite(memory)
                .maximumSize(MAX_KEYS)
                .ticker(ticker)
                .scheduler(scheduler)
                .executor(Runnable::run)
                .removalListener(RememberedUnwraps::wipe)
                .build();
    }

    private static void wipe(@Nullable UnwrapRequest request, @Nullable Remembered key, RemovalCause cause) {
        if (key != null) {
            key.wipe();
        }
    }

    @Override
    public String id() {
        return delegate.id();
    }

    @Override
    public byte[] wrap(KeyMaterial key, WrapContext context) {
        return delegate.wrap(key, context);
    }

    @Override
    public KeyMaterial unwrap(byte[] wrapped, WrapContext context) {
        UnwrapRequest request = new UnwrapRequest(wrapped, context);
        Remembered known = remembered.getIfPresent(request);
        KeyMaterial copy = known == null ? null : known.copy();
        if (copy != null) {
            return copy;
        }
        KeyMaterial key = delegate.unwrap(wrapped, context);
        remembered.put(request, new Remembered(key.copy()));
        return key;
    }

    void settle() {
        remembered.cleanUp();
    }

    /** One thread may copy it while another forgets it. */
    private static final class Remembered {
        private final KeyMaterial key;

        Remembered(KeyMaterial key) {
            this.key = key;
        }

        synchronized @Nullable KeyMaterial copy() {
            return key.isClosed() ? null : key.copy();
        }

        synchronized void wipe() {
            key.close();
        }

        @Override
        public String toString() {
            return "[redacted]";
        }
    }
}
