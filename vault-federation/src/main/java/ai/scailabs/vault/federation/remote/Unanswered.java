package ai.scailabs.vault.federation.remote;

import ai.scailabs.vault.outbound.http.NoAnswerException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Why there is no answer, or none that is understood, whatever a vendor's library made of it on its way. */
public final class Unanswered {
    private static final int DEEPEST = 16;

    private Unanswered() {}

    /** What failed on the way; empty when an answer was there. */
    public static Optional<RemoteException> find(@Nullable Throwable failed) {
        Throwable cause = failed;
        for (int depth = 0; cause != null && depth < DEEPEST; depth++) {
            if (cause instanceof NoAnswerException none) {
                return Optional.of(of(none.reason()));
            }
            cause = cause.getCause();
        }
        return Optional.empty();
    }

    /** That, or that the answer is not understood. */
    public static RemoteException of(@Nullable Throwable failed) {
        return find(failed).orElseGet(() -> notUnderstood(kinds(failed)));
    }

    /** @param what without anything of the answer */
    public static RemoteException notUnderstood(String what) {
        return new RemoteException(RemoteFailure.NOT_UNDERSTOOD, "the answer is not understood: " + what);
    }

    private static RemoteException of(NoAnswerException.Reason reason) {
        return switch (reason) {
            case ADDRESS_REFUSED ->
                new RemoteException(
                        RemoteFailure.ADDRESS_REFUSED,
                        "its name leads to no address, or to one where servers that tenants name may not be");
            case CERTIFICATE_REFUSED ->
                new RemoteException(
                        RemoteFailure.CERTIFICATE_REFUSED, "its certificate is not trusted, or not for that name");
            case BROKEN ->
                new RemoteException(
                        RemoteFailure.UNREACHABLE, "it is not reached, or the connection ended before the answer did");
            case TIMED_OUT -> new RemoteException(RemoteFailure.TIMED_OUT, "no whole answer in time");
            case MALFORMED -> notUnderstood("it is no HTTP");
            case TOO_LARGE -> new RemoteException(RemoteFailure.TOO_LARGE, "the answer is larger than is taken");
            case REDIRECTED ->
                new RemoteException(
                        RemoteFailure.REDIRECTED, "the answer points elsewhere, where credentials are not carried");
        };
    }

    /** The names of the classes: messages may hold what a server wrote. */
    private static String kinds(@Nullable Throwable failed) {
        StringBuilder kinds = new StringBuilder();
        Throwable cause = failed;
        for (int depth = 0; cause != null && depth < DEEPEST; depth++) {
            kinds.append(kinds.isEmpty() ? "" : ", ").append(cause.getClass().getSimpleName());
            cause = cause.getCause();
        }
        return kinds.toString();
    }
}
