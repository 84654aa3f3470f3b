package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.time.Instant;

/** A secret with its value, in plaintext until {@link #close()}, which wipes it. Not thread-safe. */
public final class RevealedSecret implements AutoCloseable {
    private final SecretView view;
    private final Instant versionCreatedAt;
    private final SensitiveBytes data;
    private final boolean expired;

    public RevealedSecret(SecretView view, Instant versionCreatedAt, SensitiveBytes data, boolean expired) {
        this.view = view;
        this.versionCreatedAt = versionCreatedAt;
        this.data = data;
        this.expired = expired;
    }

    public SecretView view() {
        return view;
    }

    public Instant versionCreatedAt() {
        return versionCreatedAt;
    }

    /** The JSON object exactly as it was stored. */
    public SensitiveBytes data() {
        return data;
    }

    /** Whether the secret's expiry has passed. */
    public boolean expired() {
        return expired;
    }

    @Override
    public void close() {
        data.close();
    }

    @Override
    public String toString() {
        return view.path() + " [redacted]";
    }
}
