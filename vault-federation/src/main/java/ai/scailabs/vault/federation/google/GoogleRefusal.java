package ai.scailabs.vault.federation.google;

import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.Unanswered;
import com.google.api.client.http.HttpResponseException;
import com.google.api.client.json.GenericJson;
import com.google.api.client.json.gson.GsonFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What an error of Secret Manager, as AIP-193 has it in JSON, or of who gives tokens means. The library tells by the HTTP status alone. */
final class GoogleRefusal {
    private static final Pattern CODE = Pattern.compile("[A-Z][A-Z_]{1,62}");
    private static final Pattern SECONDS = Pattern.compile("([0-9]{1,6})(?:\\.[0-9]{1,9})?s?");

    private GoogleRefusal() {}

    static RemoteException of(Throwable failed) {
        return of(failed, false);
    }

    /** As {@link #of}, for a value that was to be written. */
    static RemoteException ofWriting(Throwable failed) {
        return of(failed, true);
    }

    private static RemoteException of(Throwable failed, boolean writing) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof ShownOnce.NotTaken) {
                return new RemoteException(RemoteFailure.CREDENTIALS_REFUSED, "Google does not take the token");
            }
        }
        HttpResponseException answer = answer(failed);
        if (answer == null) {
            return Unanswered.of(failed);
        }
        Map<?, ?> error = members(answer.getContent()).get("error") instanceof Map<?, ?> members ? members : Map.of();
        String status = code(error.get("status"));
        String reason = reason(error);
        String trace = "Google answers " + answer.getStatusCode()
                + (status.isEmpty() ? "" : " " + status)
                + (reason.isEmpty() ? "" : " " + reason);
        RemoteFailure failure = writing ? ofWriting(status) : null;
        return new RemoteException(
                failure == null ? failure(answer.getStatusCode(), status, reason, error) : failure,
                trace,
                pause(answer, error));
    }

    /** Null for what means the same as of a read. */
    private static @Nullable RemoteFailure ofWriting(String status) {
        return switch (status) {
            case "ALREADY_EXISTS" -> RemoteFailure.CHANGED;
            case "INVALID_ARGUMENT" -> RemoteFailure.VALUE_REFUSED;
            // The project's rules, or its key in KMS, allow none.
            case "FAILED_PRECONDITION" -> RemoteFailure.MISCONFIGURED;
            default -> null;
        };
    }

    /** Of a request for a token: its errors are those of OAuth (RFC 6749 §5.2), and any of 400 says that the key is not taken. */
    static RemoteException ofToken(Throwable failed) {
        HttpResponseException answer = answer(failed);
        if (answer == null) {
            return Unanswered.of(failed);
        }
        int status = answer.getStatusCode();
        RemoteFailure failure = status == 400 ? RemoteFailure.CREDENTIALS_REFUSED : byStatus(status);
        return new RemoteException(failure, "the token is not given: " + status, pause(answer, Map.of()));
    }

    private static @Nullable HttpResponseException answer(Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof HttpResponseException answer) {
                return answer;
            }
        }
        return null;
    }

    private static RemoteFailure failure(int http, String status, String reason, Map<?, ?> error) {
        return switch (status) {
            case "NOT_FOUND" -> RemoteFailure.NOT_FOUND;
            // The other thing that it says of a version is that its key in KMS cannot be used.
            case "FAILED_PRECONDITION" ->
                isGone(error) ? RemoteFailure.VERSION_NOT_FOUND : RemoteFailure.UNUSABLE_VALUE;
            case "UNAUTHENTICATED" -> RemoteFailure.CREDENTIALS_REFUSED;
            case "PERMISSION_DENIED" ->
                switch (reason) {
                    case "SERVICE_DISABLED", "CONSUMER_INVALID", "BILLING_DISABLED" -> RemoteFailure.MISCONFIGURED;
                    default -> RemoteFailure.FORBIDDEN;
                };
            case "RESOURCE_EXHAUSTED" -> RemoteFailure.THROTTLED;
            default -> byStatus(http);
        };
    }

    /** An answer of 404 without a status is of another service than ours, and says nothing of a secret. */
    private static RemoteFailure byStatus(int http) {
        return switch (http) {
            case 401 -> RemoteFailure.CREDENTIALS_REFUSED;
            case 403 -> RemoteFailure.FORBIDDEN;
            case 429 -> RemoteFailure.THROTTLED;
            default -> http >= 500 ? RemoteFailure.SERVER_ERROR : RemoteFailure.NOT_UNDERSTOOD;
        };
    }

    private static boolean isGone(Map<?, ?> error) {
        return error.get("message") instanceof String text
                && (text.contains("DISABLED state") || text.contains("DESTROYED state"));
    }

    private static Map<?, ?> members(@Nullable String content) {
        if (content == null) {
            return Map.of();
        }
        try {
            return GsonFactory.getDefaultInstance().fromString(content, GenericJson.class);
        } catch (IOException | RuntimeException garbage) {
            return Map.of();
        }
    }

    private static String reason(Map<?, ?> error) {
        for (Map<?, ?> detail : details(error, "google.rpc.ErrorInfo")) {
            return code(detail.get("reason"));
        }
        return "";
    }

    private static String code(@Nullable Object value) {
        return value instanceof String text && CODE.matcher(text).matches() ? text : "";
    }

    private static List<Map<?, ?>> details(Map<?, ?> error, String type) {
        List<Map<?, ?>> found = new ArrayList<>();
        if (error.get("details") instanceof Collection<?> details) {
            for (Object detail : details) {
                if (detail instanceof Map<?, ?> members
                        && String.valueOf(members.get("@type")).endsWith("/" + type)) {
                    found.add(members);
                }
            }
        }
        return found;
    }

    private static @Nullable Duration pause(HttpResponseException answer, Map<?, ?> error) {
        for (Map<?, ?> detail : details(error, "google.rpc.RetryInfo")) {
            return seconds(String.valueOf(detail.get("retryDelay")));
        }
        String header = answer.getHeaders() == null ? null : answer.getHeaders().getRetryAfter();
        return header == null ? null : seconds(header);
    }

    /** Rounded up: it is a wish to be left alone. */
    private static @Nullable Duration seconds(String text) {
        Matcher form = SECONDS.matcher(text);
        return form.matches() ? Duration.ofSeconds(Long.parseLong(form.group(1)) + (text.contains(".") ? 1 : 0)) : null;
    }
}
