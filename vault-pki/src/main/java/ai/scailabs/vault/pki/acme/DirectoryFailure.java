package ai.scailabs.vault.pki.acme;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeLazyLoadingException;
import org.shredzone.acme4j.exception.AcmeNetworkException;
import org.shredzone.acme4j.exception.AcmeNotSupportedException;
import org.shredzone.acme4j.exception.AcmeServerException;

/** A directory did not do what it was asked for. What it said is a {@link DirectoryProblem}; its cause is for the log alone. */
final class DirectoryFailure extends Exception {
    private static final long serialVersionUID = 1L;

    /** Of RFC 8555 §6.7 and RFC 9773 §5: what may be otherwise a moment later, although nobody changes anything. */
    private static final Set<String> PASSING = Set.of("badNonce", "rateLimited", "serverInternal", "orderNotReady");

    private final transient DirectoryProblem problem;
    private final boolean passing;
    private final @Nullable Instant notBefore;

    private DirectoryFailure(
            DirectoryProblem problem, boolean passing, @Nullable Instant notBefore, @Nullable Throwable cause) {
        super(problem.type(), cause);
        this.problem = problem;
        this.passing = passing;
        this.notBefore = notBefore;
    }

    /** Somebody must change something first. */
    static DirectoryFailure lasting(DirectoryProblem problem) {
        return new DirectoryFailure(problem, false, null, null);
    }

    /** It may be otherwise a moment later. */
    static DirectoryFailure passing(DirectoryProblem problem) {
        return new DirectoryFailure(problem, true, null, null);
    }

    /** @param cause of acme4j, or of whoever makes its requests */
    static DirectoryFailure of(Exception cause) {
        Throwable actual =
                cause instanceof AcmeLazyLoadingException && cause.getCause() != null ? cause.getCause() : cause;
        Instant notBefore = DatedConnection.askAgainAt(actual);
        if (actual instanceof AcmeServerException refused) {
            DirectoryProblem problem = DirectoryProblem.of(refused.getProblem(), null);
            return new DirectoryFailure(problem, PASSING.stream().anyMatch(problem::is), notBefore, null);
        }
        if (actual instanceof AcmeNotSupportedException missing) {
            return lasting(DirectoryProblem.ours(
                    "notOffered", DirectoryProblem.bounded(String.valueOf(missing.getMessage()), 300), null));
        }
        if (actual instanceof AcmeNetworkException network) {
            Throwable why = network.getCause() == null ? network : network.getCause();
            return unavailable("the directory did not answer: " + why.getMessage(), null, network);
        }
        if (actual instanceof AcmeException other) {
            return unavailable(
                    "the directory answered in a way that is not ACME: " + other.getMessage(), notBefore, other);
        }
        return unavailable("the directory answered in a way that is not ACME", notBefore, actual);
    }

    /** The same, where trying again costs nothing and may help whatever the directory says. */
    static DirectoryFailure passing(Exception cause) {
        DirectoryFailure failure = of(cause);
        return new DirectoryFailure(failure.problem, true, failure.notBefore, failure);
    }

    private static DirectoryFailure unavailable(String detail, @Nullable Instant notBefore, Throwable cause) {
        return new DirectoryFailure(
                DirectoryProblem.ours("unavailable", DirectoryProblem.bounded(detail, 300), null),
                true,
                notBefore,
                cause);
    }

    DirectoryProblem problem() {
        return problem;
    }

    /** Whether it may succeed later although nobody changes anything. */
    boolean isPassing() {
        return passing;
    }

    /** Whether it was asked for too much. */
    boolean isLimit() {
        return problem.is("rateLimited");
    }

    /** Before which the directory does not want to be asked again; null when it did not say. */
    @Nullable
    Instant notBefore() {
        return notBefore;
    }

    /** The same of whatever a conversation ended with; refusals of our own stay what they are. */
    static VaultException refusal(Exception cause) {
        if (cause instanceof VaultException ours) {
            return ours;
        }
        return cause instanceof DirectoryFailure failure
                ? failure.refusal()
                : of(cause).refusal();
    }

    /** For a caller that waits: {@code backend_unavailable} when it may pass, else {@code validation_error}. */
    VaultException refusal() {
        return passing
                ? new VaultException(
                        ErrorCode.BACKEND_UNAVAILABLE,
                        "The ACME directory is not available",
                        Map.of("backend", "acme", "problem", problem.shown()))
                : new VaultException(
                        ErrorCode.VALIDATION_ERROR,
                        "The ACME directory refuses",
                        Map.of("backend", "acme", "problem", problem.shown()));
    }
}
