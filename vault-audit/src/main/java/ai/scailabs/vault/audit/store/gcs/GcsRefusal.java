package ai.scailabs.vault.audit.store.gcs;

import ai.scailabs.vault.audit.store.StoreException;
import ai.scailabs.vault.audit.store.StoreFailure;
import ai.scailabs.vault.outbound.http.AddressRefusedException;
import com.google.api.client.http.HttpResponseException;
import com.google.cloud.storage.StorageException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What an error of Cloud Storage, or of whoever gives tokens for it, means. */
final class GcsRefusal {
    private static final Pattern REASON = Pattern.compile("[A-Za-z]{1,64}");

    private GcsRefusal() {}

    /** @param chosen whether the endpoint was chosen by whoever chose the bucket */
    static StoreException of(Throwable failed, boolean chosen) {
        if (chosen && StoreException.isCausedBy(failed, AddressRefusedException.class)) {
            return new StoreException(StoreFailure.ENDPOINT_REFUSED, "address");
        }
        StorageException answer = storage(failed);
        if (answer == null || answer.getCode() == 0) {
            return new StoreException(StoreFailure.UNAVAILABLE, StoreException.kinds(failed));
        }
        String reason =
                answer.getReason() != null && REASON.matcher(answer.getReason()).matches() ? answer.getReason() : "";
        String trace = answer.getCode() + (reason.isEmpty() ? "" : " " + reason);
        return new StoreException(failure(answer.getCode(), reason), trace);
    }

    /** Of a request for a token: it is the credentials that were refused, unless nobody answered. */
    static StoreException ofToken(Throwable failed, boolean chosen) {
        if (failed instanceof GcsClient.MalformedKey) {
            return new StoreException(StoreFailure.CREDENTIALS_REFUSED, "no key of a service account");
        }
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof HttpResponseException answer
                    && answer.getStatusCode() < 500
                    && answer.getStatusCode() != 429) {
                return new StoreException(StoreFailure.CREDENTIALS_REFUSED, "token " + answer.getStatusCode());
            }
        }
        return of(failed, chosen);
    }

    private static @Nullable StorageException storage(Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof StorageException answer) {
                return answer;
            }
        }
        return null;
    }

    private static StoreFailure failure(int status, String reason) {
        return switch (reason) {
            case "rateLimitExceeded", "userRateLimitExceeded" -> StoreFailure.THROTTLED;
            case "retentionPolicyNotMet", "objectUnderActiveHold" -> StoreFailure.LOCKED;
            default ->
                switch (status) {
                    case 401 -> StoreFailure.CREDENTIALS_REFUSED;
                    case 403 -> StoreFailure.DENIED;
                    case 404 -> StoreFailure.OBJECT_MISSING;
                    case 412 -> StoreFailure.CONFLICT;
                    case 429 -> StoreFailure.THROTTLED;
                    case 408 -> StoreFailure.UNAVAILABLE;
                    case 501 -> StoreFailure.UNSUPPORTED;
                    default -> status >= 500 || status < 400 ? StoreFailure.UNAVAILABLE : StoreFailure.UNSUPPORTED;
                };
        };
    }
}
