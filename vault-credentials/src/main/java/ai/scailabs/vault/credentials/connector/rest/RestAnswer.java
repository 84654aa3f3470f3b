package ai.scailabs.vault.credentials.connector.rest;

import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A complete answer.
 *
 * @param retryAfter how long it wants to be left alone; absent where it does not say
 * @param body a missing node where it was empty or no JSON
 */
public record RestAnswer(int status, @Nullable Duration retryAfter, JsonNode body) {
    private static final int LONGEST_LIFE = 86_400;

    public boolean isDone() {
        return status >= 200 && status < 300;
    }

    public boolean isGone() {
        return status == 404;
    }

    /** This one, when it was carried out. */
    public RestAnswer requireDone() throws TargetException {
        if (!isDone()) {
            throw refusal();
        }
        return this;
    }

    /** As {@link #requireDone()}; what is not there is success. */
    public void requireGone() throws TargetException {
        if (!isGone()) {
            requireDone();
        }
    }

    /**
     * As {@link #requireDone()}.
     *
     * @param field of a role, which is at fault where this is refused
     */
    public RestAnswer requireDone(String field) throws TargetException {
        if (isDone()) {
            return this;
        }
        TargetException refusal = refusal();
        throw refusal.failure() == TargetFailure.STATEMENT_REFUSED ? refusal.in(field) : refusal;
    }

    /** What the status means. Nothing else of the answer is passed on: it repeats requests. */
    public TargetException refusal() {
        return new TargetException(
                switch (status) {
                    case 401 -> TargetFailure.LOGIN_REFUSED;
                    case 403 -> TargetFailure.NOT_PERMITTED;
                    case 408, 429 -> TargetFailure.TIMED_OUT;
                    default -> status / 100 == 4 ? TargetFailure.STATEMENT_REFUSED : TargetFailure.UNREACHABLE;
                },
                String.valueOf(status));
    }

    /** A member of the error that it tells; empty where there is none. */
    public String error(String member) {
        return textOrEmpty(body.path("error"), member);
    }

    /** The members of a list; none where there is no list. */
    public List<JsonNode> list(String member) {
        List<JsonNode> nodes = new ArrayList<>();
        body.path(member).forEach(nodes::add);
        return nodes;
    }

    /** A text that must be there. */
    public String text(String member) throws TargetException {
        String text = textOrEmpty(body, member);
        if (text.isEmpty()) {
            throw senseless();
        }
        return text;
    }

    /** Empty where it is not there. */
    public static String textOrEmpty(JsonNode node, String member) {
        return node.path(member).isString() ? node.path(member).stringValue() : "";
    }

    /** How long a token of this answer is good (RFC 6749 §5.1); a day at most. */
    public Duration life() {
        return Duration.ofSeconds(Math.clamp(body.path("expires_in").asLong(0), 0, LONGEST_LIFE));
    }

    /** An answer that has not the form of one. */
    public static TargetException senseless() {
        return new TargetException(TargetFailure.UNREACHABLE);
    }

    /** Without the body, which may hold a credential. */
    @Override
    public String toString() {
        return "RestAnswer[" + status + "]";
    }
}
