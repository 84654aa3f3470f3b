package ai.scailabs.vault.federation.backend;

import ai.scailabs.vault.federation.remote.RemoteFailure;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whether a backend served just now.
 *
 * @param failure why not; absent when it did
 * @param tookMillis to open and ask it
 */
public record BackendStatus(Backend backend, @Nullable RemoteFailure failure, Instant checkedAt, long tookMillis) {
    public boolean isHealthy() {
        return failure == null;
    }
}
