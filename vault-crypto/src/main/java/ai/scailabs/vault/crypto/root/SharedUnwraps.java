package ai.scailabs.vault.crypto.root;

import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Lets concurrent unwraps of the same wrapped key share one call of the root key behind it. Each caller gets a key of its own. Nothing outlives the callers: the last
 * one out wipes the shared key, and the next call asks the root key again, also after a failure.
 */
public final class SharedUnwraps implements RootKey {
    private final RootKey delegate;
    private final ConcurrentHashMap<UnwrapRequest, UnwrapInFlight> inFlight = new ConcurrentHashMap<>();

    public SharedUnwraps(RootKey delegate) {
        this.delegate = delegate;
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
        UnwrapInFlight mine = new UnwrapInFlight();
        while (true) {
            UnwrapInFlight theirs = inFlight.putIfAbsent(request, mine);
            if (theirs == null) {
                return lead(request, mine, wrapped, context);
            }
            if (theirs.join()) {
                return follow(theirs);
            }
            // It ended between our look and our join: its leader is about to take it out of the map.
            Thread.onSpinWait();
        }
    }

    private KeyMaterial lead(UnwrapRequest request, UnwrapInFlight flight, byte[] wrapped, WrapContext context) {
        @Nullable KeyMaterial key = null;
        @Nullable Throwable failure = null;
        try {
            key = delegate.unwrap(wrapped, context);
        } catch (Throwable e) {
            failure = e;
            throw e;
        } finally {
            inFlight.remove(request, flight);
            flight.complete(key, failure);
        }
        return flight.takeAndLeave();
    }

    private static KeyMaterial follow(UnwrapInFlight flight) {
        try {
            flight.await();
            return flight.takeAndLeave();
        } catch (InterruptedException e) {
            flight.leave();
            Thread.currentThread().interrupt();
            throw new VaultException(ErrorCode.KMS_UNAVAILABLE, "Interrupted while waiting for the root key", e);
        }
    }

    /** How many different unwraps are under way. */
    int inFlight() {
        return inFlight.size();
    }
}
