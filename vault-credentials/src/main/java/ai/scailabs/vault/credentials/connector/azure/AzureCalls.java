package ai.scailabs.vault.credentials.connector.azure;

import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import ai.scailabs.vault.credentials.connector.rest.RestAnswer;
import ai.scailabs.vault.credentials.connector.rest.RestTurn;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** One API of Azure's, with a token of its own, which is asked for when it is needed. Thread-safe. */
final class AzureCalls {
    /** A token is not shown in its last minutes. */
    private static final Duration RESERVE = Duration.ofMinutes(5);

    private final URI tokens;
    private final URI api;
    private final AzureLogin login;
    private @Nullable Token token;

    /** @param login stays the caller's */
    AzureCalls(URI login, URI api, AzureLogin as) {
        this.tokens = URI.create(login + "/" + as.tenantId() + "/oauth2/v2.0/token");
        this.api = api;
        this.login = as;
    }

    URI at(String path) {
        return URI.create(api + path);
    }

    RestAnswer get(RestTurn turn, String path) throws TargetException {
        return ask(turn, "GET", path, null);
    }

    /** @param path with its query, as it is sent */
    RestAnswer ask(RestTurn turn, String method, String path, @Nullable ObjectNode body) throws TargetException {
        RestAnswer answer = turn.ask(method, at(path), token(turn).text(), body);
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

    /** By the application's password (RFC 6749 §4.4). What is wrong with that it says with 400 or 401, whichever. */
    private Token another(RestTurn turn) throws TargetException {
        RestAnswer answer = turn.form(
                tokens,
                "grant_type",
                "client_credentials",
                "client_id",
                login.clientId(),
                "client_secret",
                // What becomes of it in a form is a text, which is the garbage collector's.
                new String(login.clientSecret().expose(), StandardCharsets.UTF_8),
                "scope",
                api + "/.default");
        if (answer.status() == 400) {
            throw new TargetException(TargetFailure.LOGIN_REFUSED, "400");
        }
        String text = answer.requireDone().text("access_token");
        return new Token(text, System.nanoTime() + answer.life().minus(RESERVE).toNanos());
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
