package ai.scailabs.vault.federation.azure;

import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.Unanswered;
import com.azure.core.exception.ClientAuthenticationException;
import com.azure.core.exception.HttpResponseException;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpResponse;
import com.microsoft.aad.msal4j.MsalServiceException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What an error of Key Vault or Entra ID means. */
final class AzureRefusal {
    private static final Pattern CODE = Pattern.compile("[A-Za-z_]{1,64}");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");
    private static final List<String> MILLIS = List.of("retry-after-ms", "x-ms-retry-after-ms");

    private AzureRefusal() {}

    static RemoteException of(Throwable failed) {
        Optional<RemoteException> unanswered = Unanswered.find(failed);
        if (unanswered.isPresent()) {
            return unanswered.get();
        }
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case VaultOnlyCredential.OtherTenantAsked _ -> {
                    return new RemoteException(
                            RemoteFailure.CREDENTIALS_REFUSED, "the vault belongs to another tenant of Azure's");
                }
                case VaultOnlyCredential.OtherServiceAsked _ -> {
                    return Unanswered.notUnderstood("a token for another service is asked for");
                }
                case OneHostClient.OtherHostAsked _ -> {
                    return Unanswered.notUnderstood("it leads to another host");
                }
                case LoginClient.NotNow passing -> {
                    return new RemoteException(
                            byStatus(passing.status()),
                            "the token is not given: " + passing.status(),
                            seconds(passing.retryAfter()));
                }
                case MsalServiceException refused -> {
                    return ofToken(refused);
                }
                case HttpResponseException answer
                when answer.getResponse() != null -> {
                    return of(answer, answer.getResponse());
                }
                case ClientAuthenticationException _ -> {
                    return new RemoteException(RemoteFailure.CREDENTIALS_REFUSED, "no token is given");
                }
                default -> {}
            }
        }
        return Unanswered.of(failed);
    }

    /** As {@link #of}, for a value that was to be written. */
    static RemoteException ofWriting(Throwable failed) {
        RemoteException refusal = of(failed);
        if (!refusal.failure().isAnswer() && refusal.failure() != RemoteFailure.NOT_UNDERSTOOD) {
            return refusal;
        }
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof HttpResponseException answer && answer.getResponse() != null) {
                int status = answer.getResponse().getStatusCode();
                String trace = String.valueOf(refusal.getMessage());
                if (status == 409) {
                    // A secret of that name is deleted, and may be recovered.
                    return new RemoteException(RemoteFailure.CHANGED, trace);
                }
                if (status == 413 || (status == 400 && code(error(answer)).equals("BadParameter"))) {
                    return new RemoteException(RemoteFailure.VALUE_REFUSED, trace);
                }
            }
        }
        return refusal;
    }

    private static RemoteException of(HttpResponseException answer, HttpResponse response) {
        Map<?, ?> error = error(answer);
        String code = code(error);
        String inner = error.get("innererror") instanceof Map<?, ?> more ? code(more) : "";
        String trace = "Azure answers " + response.getStatusCode()
                + (code.isEmpty() ? "" : " " + code)
                + (inner.isEmpty() ? "" : "/" + inner);
        return new RemoteException(failure(response.getStatusCode(), code, inner), trace, pause(response));
    }

    private static Map<?, ?> error(HttpResponseException answer) {
        return answer.getValue() instanceof Map<?, ?> members && members.get("error") instanceof Map<?, ?> error
                ? error
                : Map.of();
    }

    private static String code(Map<?, ?> error) {
        return error.get("code") instanceof String code && CODE.matcher(code).matches() ? code : "";
    }

    private static RemoteFailure failure(int status, String code, String inner) {
        return switch (inner.isEmpty() ? code : inner) {
            case "SecretDisabled" -> RemoteFailure.VERSION_NOT_FOUND;
            // The last two are deleted, and may be recovered.
            case "SecretNotFound", "ObjectIsDeletedButRecoverable", "ObjectIsBeingDeleted" -> RemoteFailure.NOT_FOUND;
            default -> byStatus(status);
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

    private static @Nullable Duration pause(HttpResponse response) {
        for (String name : MILLIS) {
            String millis = response.getHeaderValue(HttpHeaderName.fromString(name));
            if (millis != null && NUMBER.matcher(millis).matches()) {
                return Duration.ofMillis(Long.parseLong(millis));
            }
        }
        return seconds(response.getHeaderValue(HttpHeaderName.RETRY_AFTER));
    }

    private static @Nullable Duration seconds(@Nullable String text) {
        return text != null && NUMBER.matcher(text).matches() ? Duration.ofSeconds(Long.parseLong(text)) : null;
    }

    /** Its errors are those of OAuth (RFC 6749 §5.2), and any of 400 says that the client is not taken. What is none has no status. */
    private static RemoteException ofToken(MsalServiceException refused) {
        Integer status = refused.statusCode();
        if (status == null) {
            return Unanswered.notUnderstood("neither a token nor an error of OAuth's");
        }
        String code =
                refused.errorCode() != null && CODE.matcher(refused.errorCode()).matches()
                        ? " " + refused.errorCode()
                        : "";
        RemoteFailure failure = status == 400 ? RemoteFailure.CREDENTIALS_REFUSED : byStatus(status);
        return new RemoteException(failure, "the token is not given: " + status + code);
    }
}
