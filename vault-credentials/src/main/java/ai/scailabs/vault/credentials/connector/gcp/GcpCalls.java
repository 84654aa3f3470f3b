package ai.scailabs.vault.credentials.connector.gcp;

import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import ai.scailabs.vault.credentials.connector.rest.RestAnswer;
import ai.scailabs.vault.credentials.connector.rest.RestTurn;
import ai.scailabs.vault.outbound.google.ServiceAccountKey;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Google's APIs as one service account, with a token that is asked for when it is needed. Thread-safe. */
final class GcpCalls {
    private static final String SCOPE = "https://www.googleapis.com/auth/cloud-platform";
    private static final String GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    private static final Duration ASSERTION_LIFE = Duration.ofMinutes(10);
    /** A token is not shown in its last minutes. */
    private static final Duration RESERVE = Duration.ofMinutes(5);

    private final URI tokens;
    private final ServiceAccountKey account;
    private final Clock clock;
    private @Nullable Token token;

    GcpCalls(URI tokens, ServiceAccountKey account, Clock clock) {
        this.tokens = tokens;
        this.account = account;
        this.clock = clock;
    }

    /** Finds out whether the key is good. */
    void login(RestTurn turn) throws TargetException {
        Token _ = token(turn);
    }

    RestAnswer ask(RestTurn turn, String method, URI location, @Nullable ObjectNode body) throws TargetException {
        RestAnswer answer = turn.ask(method, location, token(turn).text(), body);
        if (answer.status() == 401) {
            forget();
        }
        return answer;
    }

    private synchronized void forget() {
        token = null;
    }

    private synchronized Token token(RestTurn turn) throws TargetException {
        Token known = token;
        if (known == null || System.nanoTime() - known.end() > 0) {
            known = another(turn);
            token = known;
        }
        return known;
    }

    /** By the key of the service account (RFC 7523 §2.1). */
    private Token another(RestTurn turn) throws TargetException {
        long now = clock.instant().getEpochSecond();
        RestAnswer answer = turn.form(
                tokens,
                "grant_type",
                GRANT,
                "assertion",
                account.jwt(Map.of(
                        "iss",
                        account.email(),
                        "scope",
                        SCOPE,
                        "aud",
                        tokens.toString(),
                        "iat",
                        now,
                        "exp",
                        now + ASSERTION_LIFE.toSeconds())));
        if (answer.status() == 400) {
            throw new TargetException(
                    isOfTheClock(answer) ? TargetFailure.TIMED_OUT : TargetFailure.LOGIN_REFUSED, "400");
        }
        String text = answer.requireDone().text("access_token");
        return new Token(text, System.nanoTime() + answer.life().minus(RESERVE).toNanos());
    }

    /** It says nothing of the key. */
    private static boolean isOfTheClock(RestAnswer answer) {
        return RestAnswer.textOrEmpty(answer.body(), "error_description")
                .startsWith("Invalid JWT: Token must be a short-lived token");
    }

    /**
     * What is shown.
     *
     * @param end by {@link System#nanoTime}
     */
    private record Token(String text, long end) {
        @Override
        public String toString() {
            return "[redacted]";
        }
    }
}
