package ai.scailabs.vault.federation.aws;

import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.Unanswered;
import ai.scailabs.vault.outbound.aws.AwsIdentity;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/** What an error of Secrets Manager or STS means. */
final class AwsRefusal {
    private static final Pattern CODE = Pattern.compile("[A-Za-z.]{1,64}");
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,6}");

    private AwsRefusal() {}

    static RemoteException of(Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof AwsIdentity.Absent) {
                return new RemoteException(
                        RemoteFailure.CREDENTIALS_REFUSED, "this service has no identity of AWS's where it runs");
            }
            if (cause instanceof AwsServiceException answer) {
                return of(answer);
            }
        }
        return Unanswered.of(failed);
    }

    /** As {@link #of}, for a value that was to be written. */
    static RemoteException ofWriting(Throwable failed) {
        String code = failed instanceof AwsServiceException answer && !isOfSts(answer) ? code(answer) : "";
        return switch (code) {
            // One is there, is none any more, or is to be deleted.
            case "ResourceExistsException", "ResourceNotFoundException", "InvalidRequestException" ->
                new RemoteException(RemoteFailure.CHANGED, "AWS answers " + code);
            case "InvalidParameterException", "ValidationException" ->
                new RemoteException(RemoteFailure.VALUE_REFUSED, "AWS answers " + code);
            default -> of(failed);
        };
    }

    private static RemoteException of(AwsServiceException answer) {
        String code = code(answer);
        String trace = (isOfSts(answer) ? "the role is not given: " : "AWS answers ")
                + answer.statusCode()
                + (code.isEmpty() ? "" : " " + code);
        return new RemoteException(failure(answer, code), trace, pause(answer));
    }

    private static String code(AwsServiceException answer) {
        String code = answer.awsErrorDetails() == null
                ? null
                : answer.awsErrorDetails().errorCode();
        return code != null && CODE.matcher(code).matches() ? code : "";
    }

    private static boolean isOfSts(AwsServiceException answer) {
        return answer instanceof software.amazon.awssdk.services.sts.model.StsException;
    }

    private static RemoteFailure failure(AwsServiceException answer, String code) {
        return switch (code) {
            case "UnrecognizedClientException",
                    "InvalidClientTokenId",
                    "InvalidAccessKeyId",
                    "InvalidSignatureException",
                    "SignatureDoesNotMatch",
                    "IncompleteSignature",
                    "IncompleteSignatureException",
                    "MissingAuthenticationToken",
                    "MissingAuthenticationTokenException",
                    "ExpiredToken",
                    "ExpiredTokenException",
                    "RequestExpired",
                    "InvalidToken",
                    "NotAuthorized",
                    "OptInRequired" -> RemoteFailure.CREDENTIALS_REFUSED;
            case "AccessDenied", "AccessDeniedException" -> RemoteFailure.FORBIDDEN;
            case "ThrottlingException",
                    "Throttling",
                    "ThrottledException",
                    "TooManyRequestsException",
                    "RequestLimitExceeded",
                    "RequestThrottled",
                    "RequestThrottledException",
                    "LimitExceededException" -> RemoteFailure.THROTTLED;
            // Of a read the latter says that the secret is to be deleted.
            case "ResourceNotFoundException", "InvalidRequestException" ->
                isOfSts(answer) ? RemoteFailure.NOT_UNDERSTOOD : RemoteFailure.NOT_FOUND;
            // Its key in KMS is disabled, or gone.
            case "DecryptionFailure" -> RemoteFailure.UNUSABLE_VALUE;
            case "InternalServiceError", "InternalFailure", "ServiceUnavailable" -> RemoteFailure.SERVER_ERROR;
            case "UnknownOperationException", "RegionDisabledException" -> RemoteFailure.MISCONFIGURED;
            default -> byStatus(answer.statusCode());
        };
    }

    /** An answer of 404 without a code is of another service than ours, and says nothing of a secret. */
    private static RemoteFailure byStatus(int status) {
        return switch (status) {
            case 401 -> RemoteFailure.CREDENTIALS_REFUSED;
            case 403 -> RemoteFailure.FORBIDDEN;
            case 429 -> RemoteFailure.THROTTLED;
            default -> status >= 500 ? RemoteFailure.SERVER_ERROR : RemoteFailure.NOT_UNDERSTOOD;
        };
    }

    private static @Nullable Duration pause(AwsServiceException answer) {
        if (answer.awsErrorDetails() == null || answer.awsErrorDetails().sdkHttpResponse() == null) {
            return null;
        }
        return answer.awsErrorDetails()
                .sdkHttpResponse()
                .firstMatchingHeader("Retry-After")
                .filter(text -> SECONDS.matcher(text).matches())
                .map(text -> Duration.ofSeconds(Long.parseLong(text)))
                .orElse(null);
    }
}
