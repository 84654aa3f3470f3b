package ai.scailabs.vault.credentials.connector.aws;

import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import ai.scailabs.vault.outbound.http.NoAnswerException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/** What a failure of IAM or STS means. Nothing of what AWS wrote is passed on: it repeats requests. */
final class AwsFailures {
    private static final int DEEPEST = 16;

    private AwsFailures() {}

    static TargetException of(Throwable failed) {
        Throwable cause = failed;
        for (int depth = 0; cause != null && depth < DEEPEST; depth++) {
            if (cause instanceof AwsServiceException answer) {
                return new TargetException(failure(answer));
            }
            if (cause instanceof NoAnswerException none) {
                return new TargetException(TargetFailure.of(none));
            }
            cause = cause.getCause();
        }
        return new TargetException(TargetFailure.UNREACHABLE);
    }

    private static TargetFailure failure(AwsServiceException answer) {
        if (isOfTheClock(answer)) {
            return TargetFailure.TIMED_OUT;
        }
        return switch (code(answer)) {
            case "InvalidClientTokenId",
                    "UnrecognizedClientException",
                    "SignatureDoesNotMatch",
                    "IncompleteSignature",
                    "MissingAuthenticationToken",
                    "ExpiredToken",
                    "ExpiredTokenException",
                    "InvalidToken",
                    "OptInRequired" -> TargetFailure.LOGIN_REFUSED;
            case "AccessDenied", "AccessDeniedException", "NotAuthorized" -> TargetFailure.NOT_PERMITTED;
            case "Throttling",
                    "ThrottlingException",
                    "RequestLimitExceeded",
                    "ConcurrentModification",
                    "EntityTemporarilyUnmodifiable" -> TargetFailure.TIMED_OUT;
            default -> byStatus(answer.statusCode());
        };
    }

    /** It says nothing of the key: a clock is wrong, or the request was long on its way. */
    private static boolean isOfTheClock(AwsServiceException answer) {
        String message = answer.awsErrorDetails() == null
                ? null
                : answer.awsErrorDetails().errorMessage();
        return switch (code(answer)) {
            case "RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture" -> true;
            default ->
                message != null
                        && (message.startsWith("Signature expired") || message.startsWith("Signature not yet current"));
        };
    }

    private static TargetFailure byStatus(int status) {
        return switch (status) {
            case 401 -> TargetFailure.LOGIN_REFUSED;
            case 403 -> TargetFailure.NOT_PERMITTED;
            case 429 -> TargetFailure.TIMED_OUT;
            default -> status >= 500 ? TargetFailure.UNREACHABLE : TargetFailure.STATEMENT_REFUSED;
        };
    }

    private static String code(AwsServiceException answer) {
        @Nullable
        String code = answer.awsErrorDetails() == null
                ? null
                : answer.awsErrorDetails().errorCode();
        return code == null ? "" : code;
    }
}
