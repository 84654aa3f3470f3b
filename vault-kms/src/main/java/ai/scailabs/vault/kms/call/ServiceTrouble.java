package ai.scailabs.vault.kms.call;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why a key service did not do what it was asked, in words of ours, for the log. What the service itself wrote is never among them: it was sent a key and could send it back.
 */
public final class ServiceTrouble extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean passing;
    private final transient @Nullable Duration pause;

    private ServiceTrouble(String reason, boolean passing, @Nullable Duration pause) {
        super(reason);
        this.passing = passing;
        this.pause = pause;
    }

    /** Trying again does not help. */
    public static ServiceTrouble lasting(String reason) {
        return new ServiceTrouble(reason, false, null);
    }

    /** Trying again may help. */
    public static ServiceTrouble passing(String reason) {
        return new ServiceTrouble(reason, true, null);
    }

    /** Trying again may help, but not before. */
    public static ServiceTrouble passing(String reason, Duration pause) {
        return new ServiceTrouble(reason, true, pause);
    }

    /** The kinds of the failure and of what caused it, without their messages. */
    public static String kinds(Throwable failure) {
        StringBuilder kinds = new StringBuilder(failure.getClass().getSimpleName());
        Throwable cause = failure.getCause();
        for (int depth = 0; cause != null && depth < 8; depth++) {
            kinds.append(" by ").append(cause.getClass().getSimpleName());
            cause = cause.getCause();
        }
        return kinds.toString();
    }

    boolean isPassing() {
        return passing;
    }

    /** How long the service wants to be left alone; empty when it did not say. */
    Optional<Duration> pause() {
        return Optional.ofNullable(pause);
    }
}
