package ai.scailabs.vault.secrets.mount;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.time.Instant;

/**
 * A value, in plaintext until {@link #close()}, which wipes it.
 *
 * @param createdAt when this version came to be
 * @param data a JSON object
 */
public record MountedValue(int version, Instant createdAt, SensitiveBytes data) implements AutoCloseable {
    @Override
    public void close() {
        data.close();
    }
}
