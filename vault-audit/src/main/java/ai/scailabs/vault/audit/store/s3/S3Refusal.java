package ai.scailabs.vault.audit.store.s3;

import ai.scailabs.vault.audit.store.StoreException;
import ai.scailabs.vault.audit.store.StoreFailure;
import ai.scailabs.vault.outbound.aws.AwsIdentity;
import ai.scailabs.vault.outbound.http.AddressRefusedException;
import java.util.regex.Pattern;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** What an error of S3 or STS means. */
final class S3Refusal {
    private static final Pattern CODE = Pattern.compile("[A-Za-z.]{1,64}");

    private S3Refusal() {}

    /** @param chosen whether the endpoint was chosen by whoever chose the bucket */
    static StoreException of(SdkException failed, boolean chosen) {
        if (StoreException.isCausedBy(failed, AwsIdentity.Absent.class)) {
            return new StoreException(StoreFailure.CREDENTIALS_REFUSED, "no identity of the service");
        }
        if (chosen && StoreException.isCausedBy(failed, AddressRefusedException.class)) {
            return new StoreException(StoreFailure.ENDPOINT_REFUSED, "address");
        }
        if (!(failed instanceof AwsServiceException answer)) {
            return new StoreException(StoreFailure.UNAVAILABLE, StoreException.kinds(failed));
        }
        String code = code(answer);
        String trace = answer.statusCode() + (code.isEmpty() ? "" : " " + code);
        return new StoreException(failure(answer.statusCode(), code), trace);
    }

    static String code(AwsServiceException answer) {
        String code = answer.awsErrorDetails() == null
                ? null
                : answer.awsErrorDetails().errorCode();
        return code != null && CODE.matcher(code).matches() ? code : "";
    }

    private static StoreFailure failure(int status, String code) {
        return switch (code) {
            case "InvalidAccessKeyId",
                    "InvalidClientTokenId",
                    "UnrecognizedClientException",
                    "SignatureDoesNotMatch",
                    "IncompleteSignature",
                    "ExpiredToken",
                    "ExpiredTokenException",
                    "InvalidToken",
                    "TokenRefreshRequired",
                    "AuthFailure",
                    "InvalidSecurity",
                    "NotSignedUp" -> StoreFailure.CREDENTIALS_REFUSED;
            case "NoSuchBucket", "PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed" ->
                StoreFailure.BUCKET_MISSING;
            case "NoSuchKey", "NoSuchVersion" -> StoreFailure.OBJECT_MISSING;
            case "PreconditionFailed", "ConditionalRequestConflict" -> StoreFailure.CONFLICT;
            case "ObjectLocked", "InvalidObjectState" -> StoreFailure.LOCKED;
            case "SlowDown",
                    "SlowDownRead",
                    "SlowDownWrite",
                    "Throttling",
                    "ThrottlingException",
                    "RequestLimitExceeded",
                    "TooManyRequests",
                    "TooManyRequestsException" -> StoreFailure.THROTTLED;
            case "RequestTimeout" -> StoreFailure.UNAVAILABLE;
            default -> byStatus(status);
        };
    }

    private static StoreFailure byStatus(int status) {
        return switch (status) {
            case 401, 403 -> StoreFailure.DENIED;
            case 301, 302, 307, 308 -> StoreFailure.BUCKET_MISSING;
            case 404 -> StoreFailure.OBJECT_MISSING;
            case 412 -> StoreFailure.CONFLICT;
            case 429 -> StoreFailure.THROTTLED;
            case 501 -> StoreFailure.UNSUPPORTED;
            default -> status >= 500 || status < 400 ? StoreFailure.UNAVAILABLE : StoreFailure.UNSUPPORTED;
        };
    }
}
