package ai.scailabs.vault.credentials.connector.aws;

import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import java.time.Duration;
import java.util.List;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;

/** One piece of work, which ends. */
final class AwsTurn {
    private static final Duration WHOLE = Duration.ofSeconds(60);

    private final long end = System.nanoTime() + WHOLE.toNanos();

    <T> T ask(Request<T> request) throws TargetException {
        if (System.nanoTime() - end > 0) {
            throw new TargetException(TargetFailure.TIMED_OUT);
        }
        try {
            return request.make();
        } catch (RuntimeException failed) {
            throw AwsFailures.of(failed);
        }
    }

    /** @param field of a role, which is at fault where AWS refuses it */
    <T> T ask(Request<T> request, String field) throws TargetException {
        try {
            return ask(request);
        } catch (TargetException refused) {
            throw refused.failure() == TargetFailure.STATEMENT_REFUSED ? refused.in(field) : refused;
        }
    }

    /** Empty where the user is not there. */
    <T> List<T> found(Request<List<T>> request) throws TargetException {
        return ask(() -> {
            try {
                return request.make();
            } catch (NoSuchEntityException none) {
                return List.of();
            }
        });
    }

    /** What is not there is success. */
    void gone(Request<?> request) throws TargetException {
        ask(() -> {
            try {
                Object _ = request.make();
            } catch (NoSuchEntityException none) {
                return false;
            }
            return true;
        });
    }

    /** Asks AWS once. */
    interface Request<T> {
        T make();
    }
}
