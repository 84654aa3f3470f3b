package ai.scailabs.vault.audit.store.azure;

import ai.scailabs.vault.audit.store.StoreException;
import ai.scailabs.vault.audit.store.StoreFailure;
import ai.scailabs.vault.outbound.http.AddressRefusedException;
import com.azure.core.exception.ClientAuthenticationException;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpResponse;
import com.azure.identity.CredentialUnavailableException;
import com.azure.storage.blob.models.BlobStorageException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What an error of Blob Storage or Entra ID means. */
final class AzureStoreRefusal {
    private static final Pattern CODE = Pattern.compile("[A-Za-z]{1,64}");
    private static final HttpHeaderName ERROR_CODE = HttpHeaderName.fromString("x-ms-error-code");

    private AzureStoreRefusal() {}

    /** @param chosen whether the endpoint was chosen by whoever chose the container */
    static StoreException of(Throwable failed, boolean chosen) {
        if (StoreException.isCausedBy(failed, ClientAuthenticationException.class)
                || StoreException.isCausedBy(failed, CredentialUnavailableException.class)) {
            return new StoreException(StoreFailure.CREDENTIALS_REFUSED, "token");
        }
        if (chosen && isOfAddress(failed)) {
            return new StoreException(StoreFailure.ENDPOINT_REFUSED, "address");
        }
        BlobStorageException answer = storage(failed);
        if (answer == null) {
            return new StoreException(StoreFailure.UNAVAILABLE, StoreException.kinds(failed));
        }
        String code = code(answer.getResponse());
        String trace = answer.getStatusCode() + (code.isEmpty() ? "" : " " + code);
        return new StoreException(failure(answer.getStatusCode(), code), trace);
    }

    /** The SDK hangs failed tries on the last one. */
    private static boolean isOfAddress(Throwable failed) {
        if (StoreException.isCausedBy(failed, AddressRefusedException.class)) {
            return true;
        }
        for (Throwable earlier : failed.getSuppressed()) {
            if (StoreException.isCausedBy(earlier, AddressRefusedException.class)) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable BlobStorageException storage(Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof BlobStorageException answer) {
                return answer;
            }
        }
        return null;
    }

    private static String code(@Nullable HttpResponse response) {
        String code = response == null ? null : response.getHeaders().getValue(ERROR_CODE);
        return code != null && CODE.matcher(code).matches() ? code : "";
    }

    private static StoreFailure failure(int status, String code) {
        return switch (code) {
            case "AuthenticationFailed", "InvalidAuthenticationInfo", "NoAuthenticationInformation" ->
                StoreFailure.CREDENTIALS_REFUSED;
            case "ContainerNotFound",
                    "ContainerBeingDeleted",
                    "ContainerDisabled",
                    "ResourceNotFound",
                    "AccountIsDisabled" -> StoreFailure.BUCKET_MISSING;
            case "BlobNotFound" -> StoreFailure.OBJECT_MISSING;
            case "BlobAlreadyExists", "ConditionNotMet", "UnauthorizedBlobOverwrite", "InvalidBlobType" ->
                StoreFailure.CONFLICT;
            case "BlobImmutableDueToPolicy", "BlobImmutableDueToLegalHold" -> StoreFailure.LOCKED;
            case "ServerBusy",
                    "IngressOverAccountLimit",
                    "EgressOverAccountLimit",
                    "OperationsPerSecondOverAccountLimit" -> StoreFailure.THROTTLED;
            default ->
                switch (status) {
                    case 401 -> StoreFailure.CREDENTIALS_REFUSED;
                    case 403 -> StoreFailure.DENIED;
                    case 404 -> StoreFailure.OBJECT_MISSING;
                    case 412 -> StoreFailure.CONFLICT;
                    case 408 -> StoreFailure.UNAVAILABLE;
                    case 429 -> StoreFailure.THROTTLED;
                    case 501 -> StoreFailure.UNSUPPORTED;
                    default -> status >= 500 || status < 400 ? StoreFailure.UNAVAILABLE : StoreFailure.UNSUPPORTED;
                };
        };
    }
}
