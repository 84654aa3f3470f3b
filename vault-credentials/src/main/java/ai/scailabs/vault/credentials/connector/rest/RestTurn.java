package ai.scailabs.vault.credentials.connector.rest;

import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.Incoming;
import ai.scailabs.vault.outbound.http.NoAnswerException;
import ai.scailabs.vault.outbound.http.Outgoing;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Requests of one piece of work, which ends: after a minute nothing more is asked. Each is made once, but for those that are throttled and say for how long, within the time that there is. Not thread-safe.
 */
public final class RestTurn {
    private static final int MOST_BYTES = 1024 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(8);
    private static final Duration WHOLE = Duration.ofSeconds(60);
    private static final Duration LONGEST_REST = Duration.ofSeconds(10);
    private static final int MOST_RESTS = 2;
    private static final int THROTTLED = 429;
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,6}");
    private static final JsonMapper JSON = JsonMapper.shared();

    private final GuardedTransfers transfers;
    private final Duration pause;
    private final long end = System.nanoTime() + WHOLE.toNanos();

    /** @param pause before something is asked again that may be otherwise by then */
    public RestTurn(GuardedTransfers transfers, Duration pause) {
        this.transfers = transfers.whole(MOST_BYTES);
        this.pause = pause;
    }

    /** @param body absent for none */
    public RestAnswer ask(String method, URI location, String bearer, @Nullable ObjectNode body)
            throws TargetException {
        List<Map.Entry<String, String>> headers = headers();
        headers.add(Map.entry("Authorization", "Bearer " + bearer));
        if (body == null) {
            return sent(method, location, headers, null);
        }
        headers.add(Map.entry("Content-Type", "application/json"));
        return sent(method, location, headers, body.toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Asks again for as long as the answer says what may change: what was made at one place is known at another some seconds later.
     *
     * @param passing whether it may be otherwise in a moment
     * @param longest how long that is believed
     */
    public RestAnswer untilKnown(Asking request, Predicate<RestAnswer> passing, Duration longest)
            throws TargetException {
        long last = Math.min(end, System.nanoTime() + longest.toNanos());
        RestAnswer answer = request.make();
        while (passing.test(answer) && System.nanoTime() + pause.toNanos() - last < 0) {
            rest(pause);
            answer = request.make();
        }
        return answer;
    }

    /** Waits for a moment. */
    public void pause() throws TargetException {
        rest(pause);
    }

    /** Posts a form (RFC 6749 §4.4.2). @param members name, value, name, value */
    public RestAnswer form(URI location, String... members) throws TargetException {
        StringBuilder form = new StringBuilder();
        for (int i = 0; i < members.length; i += 2) {
            form.append(form.isEmpty() ? "" : "&")
                    .append(encoded(members[i]))
                    .append('=')
                    .append(encoded(members[i + 1]));
        }
        List<Map.Entry<String, String>> headers = headers();
        headers.add(Map.entry("Content-Type", "application/x-www-form-urlencoded"));
        return sent("POST", location, headers, form.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** For a segment of a path, or a value of a query. */
    public static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static List<Map.Entry<String, String>> headers() {
        return new ArrayList<>(List.of(Map.entry("Accept", "application/json")));
    }

    private RestAnswer sent(
            String method, URI location, List<Map.Entry<String, String>> headers, byte @Nullable [] body)
            throws TargetException {
        try {
            RestAnswer answer = once(method, location, headers, body);
            Duration wanted = restWanted(answer);
            for (int rests = 0; rests < MOST_RESTS && wanted != null; rests++) {
                rest(wanted);
                answer = once(method, location, headers, body);
                wanted = restWanted(answer);
            }
            return answer;
        } finally {
            if (body != null) {
                Arrays.fill(body, (byte) 0);
            }
        }
    }

    /** Absent where it is not to be asked again: what is throttled was not done. */
    private @Nullable Duration restWanted(RestAnswer answer) {
        Duration wanted = answer.retryAfter();
        boolean worth = answer.status() == THROTTLED
                && wanted != null
                && wanted.compareTo(LONGEST_REST) <= 0
                && System.nanoTime() + wanted.toNanos() - end < 0;
        return worth ? wanted : null;
    }

    private RestAnswer once(
            String method, URI location, List<Map.Entry<String, String>> headers, byte @Nullable [] body)
            throws TargetException {
        long left = end - System.nanoTime();
        if (left <= 0) {
            throw new TargetException(TargetFailure.TIMED_OUT);
        }
        Duration patience = Duration.ofNanos(Math.min(left, PATIENCE.toNanos()));
        Outgoing request =
                new Outgoing(method, location, headers, body == null ? null : Outgoing.Body.of(body), patience);
        try (Incoming answer = transfers.send(request, _ -> {})) {
            return new RestAnswer(
                    answer.status(),
                    answer.header("retry-after").map(RestTurn::seconds).orElse(null),
                    content(answer.body().readAllBytes()));
        } catch (NoAnswerException none) {
            throw new TargetException(TargetFailure.of(none));
        } catch (IOException | IllegalArgumentException broken) {
            // The latter for a token that is none.
            throw new TargetException(TargetFailure.UNREACHABLE);
        }
    }

    private static @Nullable Duration seconds(String text) {
        return SECONDS.matcher(text).matches() ? Duration.ofSeconds(Long.parseLong(text)) : null;
    }

    private static JsonNode content(byte[] bytes) {
        try {
            JsonNode read = bytes.length == 0 ? null : JSON.readTree(bytes);
            return read == null ? JSON.missingNode() : read;
        } catch (JacksonException malformed) {
            return JSON.missingNode();
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private void rest(Duration time) throws TargetException {
        long left = end - System.nanoTime();
        if (left <= 0) {
            throw new TargetException(TargetFailure.TIMED_OUT);
        }
        try {
            Thread.sleep(Duration.ofNanos(Math.min(left, time.toNanos())));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new TargetException(TargetFailure.TIMED_OUT);
        }
    }

    /** Asks once. */
    public interface Asking {
        RestAnswer make() throws TargetException;
    }
}
