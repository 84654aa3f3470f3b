package ai.scailabs.vault.credentials.connector.gcp;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.time.Instant;

/** A token of a service account. To be closed. */
public record GcpToken(SensitiveBytes value, Instant expiresAt) implements AutoCloseable {
    @Override
    public void close() {
        value.close();
    }

    @Override
    public String toString() {
        return "[redacted]";
    }
}
