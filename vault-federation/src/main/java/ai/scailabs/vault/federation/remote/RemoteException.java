package ai.scailabs.vault.federation.remote;

import java.io.Serial;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Its message is for the log and for administrators of the tenant: it holds nothing that the other vault wrote but codes of a known form, and has no cause, as those of vendors' libraries hold requests. */
public final class RemoteException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final RemoteFailure failure;
    private final @Nullable Duration retryAfter;

    public RemoteException(RemoteFailure failure, String message) {
        this(failure, message, null);
    }

    /** @param retryAfter when the vault asked for it */
    public RemoteException(RemoteFailure failure, String message, @Nullable Duration retryAfter) {
        super(message);
        this.failure = failure;
        this.retryAfter = retryAfter;
    }

    public RemoteFailure failure() {
        return failure;
    }

    public @Nullable Duration retryAfter() {
        return retryAfter;
    }
}
