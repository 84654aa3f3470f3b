package ai.scailabs.vault.pki.dns.rest;

import ai.scailabs.vault.pki.dns.zone.ZoneException;
import ai.scailabs.vault.pki.dns.zone.ZoneFailure;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A complete answer.
 *
 * @param body a missing node where it was empty or no JSON
 */
public record RestAnswer(int status, @Nullable String etag, JsonNode body) {
    public boolean isDone() {
        return status >= 200 && status < 300;
    }

    /** This one, when the call was carried out. */
    public RestAnswer requireDone() throws ZoneException {
        if (!isDone()) {
            throw refusal();
        }
        return this;
    }

    /** What the status means. */
    public ZoneException refusal() {
        return new ZoneException(ZoneFailure.ofStatus(status), String.valueOf(status));
    }

    /** The members of a list. */
    public List<JsonNode> list(String member) throws ZoneException {
        JsonNode list = body.path(member);
        if (!list.isArray()) {
            throw senseless();
        }
        List<JsonNode> nodes = new ArrayList<>();
        list.forEach(nodes::add);
        return nodes;
    }

    /** A text that must be there. */
    public static String text(JsonNode node, String member) throws ZoneException {
        JsonNode value = node.path(member);
        if (value.isIntegralNumber()) {
            return value.asString();
        }
        if (!value.isString()) {
            throw senseless();
        }
        return value.stringValue();
    }

    /** A text that may be there; empty where it is not. */
    public static String textOrEmpty(JsonNode node, String member) {
        return node.path(member).isString() ? node.path(member).stringValue() : "";
    }

    /** An answer that has not the form of one. */
    public static ZoneException senseless() {
        return new ZoneException(ZoneFailure.UNAVAILABLE, "an answer of another form");
    }

    /** Without the body. */
    @Override
    public String toString() {
        return "RestAnswer[" + status + "]";
    }
}
