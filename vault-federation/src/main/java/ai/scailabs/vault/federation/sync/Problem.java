package ai.scailabs.vault.federation.sync;

import ai.scailabs.vault.federation.remote.RemoteFailure;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * A secret that cannot be copied.
 *
 * @param code of an error of the API, or the reason of a {@link RemoteFailure}
 */
public record Problem(String path, String code) {
    static Problem of(JsonNode members) {
        return new Problem(members.path("path").asString(), members.path("code").asString());
    }

    Map<String, Object> members() {
        return Map.of("path", path, "code", code);
    }

    /** Whether it could be read there all the same, so that reads go on there. */
    boolean isBlocking() {
        return !code.equals(RemoteFailure.UNUSABLE_VALUE.reason());
    }
}
