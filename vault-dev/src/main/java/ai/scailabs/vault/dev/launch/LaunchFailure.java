package ai.scailabs.vault.dev.launch;

import java.io.Serial;

/** Why the development server does not run, in words for whoever typed the command. */
public final class LaunchFailure extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    public LaunchFailure(String message) {
        super(message);
    }

    public LaunchFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
