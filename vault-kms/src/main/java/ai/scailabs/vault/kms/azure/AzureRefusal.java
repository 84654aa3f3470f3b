package ai.scailabs.vault.kms.azure;

import ai.scailabs.vault.kms.call.ServiceTrouble;
import com.azure.core.exception.HttpResponseException;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An error of Key Vault or Managed HSM, or why there was no answer.
 *
 * @param http the HTTP status; 0 when there was no answer
 * @param code as Azure names it ({@code Forbidden/KeyDisabled}); empty when it gave none
 * @param pause how long it wants to be left alone
 * @param passing whether trying again may help, when there was no answer
 * @param kinds what kind of failure it was, for the log
 */
record AzureRefusal(int http, String code, @Nullable Duration pause, boolean passing, String kinds) {
    private static final Pattern CODE = Pattern.compile("[A-Za-z_]{1,64}");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

    static AzureRefusal of(RuntimeException failed) {
        if (failed instanceof HttpResponseException answer && answer.getResponse() != null) {
            HttpResponse response = answer.getResponse();
            return new AzureRefusal(response.getStatusCode(), code(answer.getValue()), pause(response), false, "");
        }
        boolean passing = false;
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            passing |= cause instanceof IOException || cause instanceof TimeoutException;
        }
        return new AzureRefusal(0, "", null, passing, ServiceTrouble.kinds(failed));
    }

    /** Whether it is the ciphertext that is refused, or what it was bound to; of an operation that opens something. */
    boolean isOfContent() {
        return http == 400 && (code.equals("BadParameter") || code.startsWith("BadParameter/"));
    }

    boolean isOfToken() {
        return http == 401;
    }

    ServiceTrouble trouble() {
        if (http == 0) {
            return passing ? ServiceTrouble.passing(kinds) : ServiceTrouble.lasting(kinds);
        }
        String reason = "HTTP " + http + (code.isEmpty() ? "" : " " + code);
        if (http == 401 || http == 408 || http == 429 || http >= 500) {
            return pause == null ? ServiceTrouble.passing(reason) : ServiceTrouble.passing(reason, pause);
        }
        return ServiceTrouble.lasting(reason);
    }

    private static String code(@Nullable Object body) {
        if (!(body instanceof Map<?, ?> members && members.get("error") instanceof Map<?, ?> error)) {
            return "";
        }
        String outer = named(error);
        String inner = error.get("innererror") instanceof Map<?, ?> more ? named(more) : "";
        return inner.isEmpty() ? outer : outer + "/" + inner;
    }

    private static String named(Map<?, ?> error) {
        return error.get("code") instanceof String code && CODE.matcher(code).matches() ? code : "";
    }

    private static @Nullable Duration pause(HttpResponse response) {
        String millis = response.getHeaderValue(HttpHeaderName.fromString("retry-after-ms"));
        if (millis == null) {
            millis = response.getHeaderValue(HttpHeaderName.fromString("x-ms-retry-after-ms"));
        }
        if (millis != null && NUMBER.matcher(millis).matches()) {
            return Duration.ofMillis(Long.parseLong(millis));
        }
        String seconds = response.getHeaderValue(HttpHeaderName.RETRY_AFTER);
        return seconds != null && NUMBER.matcher(seconds).matches()
                ? Duration.ofSeconds(Long.parseLong(seconds))
                : null;
    }
}
