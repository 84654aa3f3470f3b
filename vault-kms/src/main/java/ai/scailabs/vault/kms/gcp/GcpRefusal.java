package ai.scailabs.vault.kms.gcp;

import ai.scailabs.vault.kms.call.ServiceTrouble;
import com.google.api.client.http.HttpResponseException;
import com.google.api.client.json.GenericJson;
import com.google.api.client.json.gson.GsonFactory;
import com.google.api.gax.rpc.ApiException;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An error of KMS as AIP-193 has it in JSON. The SDK tells it by the HTTP status alone, in which a key that is disabled ({@code FAILED_PRECONDITION}) looks like a ciphertext that does not fit
 * ({@code INVALID_ARGUMENT}): both are 400.
 *
 * @param http the HTTP status; 0 when there was no answer
 * @param status as KMS names it; empty when it gave none
 * @param aboutChecksums whether what it refuses are bytes that were damaged on the way
 * @param pause how long it wants to be left alone
 * @param kinds what kind of failure it was, for the log
 */
record GcpRefusal(
        int http,
        String status,
        boolean aboutChecksums,
        @Nullable Duration pause,
        String kinds) {
    private static final Pattern STATUS = Pattern.compile("[A-Z_]{2,40}");
    private static final Pattern SECONDS = Pattern.compile("([0-9]{1,9})(?:\\.[0-9]{1,9})?s?");
    private static final Set<String> PASSING =
            Set.of("RESOURCE_EXHAUSTED", "UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL", "ABORTED", "UNKNOWN");

    static GcpRefusal of(ApiException refused) {
        for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
            if (cause instanceof HttpResponseException answer) {
                return of(answer);
            }
        }
        return new GcpRefusal(0, "", false, null, ServiceTrouble.kinds(refused));
    }

    private static GcpRefusal of(HttpResponseException answer) {
        Map<?, ?> error = error(answer.getContent());
        String status = error.get("status") instanceof String text
                        && STATUS.matcher(text).matches()
                ? text
                : "";
        boolean checksums = error.get("message") instanceof String text
                && text.toLowerCase(Locale.ROOT).contains("crc32c");
        return new GcpRefusal(answer.getStatusCode(), status, checksums, pause(answer, error), "");
    }

    /** Whether it is the ciphertext that is refused, or what it was bound to; of a decryption. */
    boolean isOfContent() {
        return http == 400 && status.equals("INVALID_ARGUMENT") && !aboutChecksums;
    }

    ServiceTrouble trouble() {
        if (http == 0) {
            return ServiceTrouble.passing(kinds);
        }
        String reason = "HTTP " + http + (status.isEmpty() ? "" : " " + status);
        if (http == 408 || http == 429 || http >= 500 || PASSING.contains(status) || aboutChecksums) {
            return pause == null ? ServiceTrouble.passing(reason) : ServiceTrouble.passing(reason, pause);
        }
        return ServiceTrouble.lasting(reason);
    }

    private static Map<?, ?> error(@Nullable String content) {
        if (content == null) {
            return Map.of();
        }
        try {
            Object error = GsonFactory.getDefaultInstance()
                    .fromString(content, GenericJson.class)
                    .get("error");
            return error instanceof Map<?, ?> members ? members : Map.of();
        } catch (IOException | RuntimeException garbage) {
            return Map.of();
        }
    }

    private static @Nullable Duration pause(HttpResponseException answer, Map<?, ?> error) {
        if (error.get("details") instanceof Collection<?> details) {
            for (Object detail : details) {
                if (detail instanceof Map<?, ?> members
                        && String.valueOf(members.get("@type")).endsWith("google.rpc.RetryInfo")) {
                    return seconds(String.valueOf(members.get("retryDelay")));
                }
            }
        }
        String header = answer.getHeaders() == null ? null : answer.getHeaders().getRetryAfter();
        return header == null ? null : seconds(header);
    }

    private static @Nullable Duration seconds(String text) {
        Matcher form = SECONDS.matcher(text);
        // Rounded up: it is a wish to be left alone.
        return form.matches() ? Duration.ofSeconds(Long.parseLong(form.group(1)) + (text.contains(".") ? 1 : 0)) : null;
    }
}
