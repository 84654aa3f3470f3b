package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.audit.trail.Premise;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A secret with its value, in plaintext until {@link #close()}, which wipes it. Not thread-safe. */
public final class RevealedSecret implements AutoCloseable {
    private final SecretView view;
    private final Instant versionCreatedAt;
    private final SensitiveBytes data;
    private final boolean expired;
    private final @Nullable Premise premise;

    RevealedSecret(
            SecretView view,
            Instant versionCreatedAt,
            SensitiveBytes data,
            boolean expired,
            @Nullable Premise premise) {
        this.view = view;
        this.versionCreatedAt = versionCreatedAt;
        this.data = data;
        this.expired = expired;
        this.premise = premise;
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

    /** Present when the secret comes from memory: then nobody may see it unless the audit trail says that this holds. */
    public @Nullable Premise premise() {
        return premise;
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
