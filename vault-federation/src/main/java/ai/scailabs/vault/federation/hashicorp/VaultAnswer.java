package ai.scailabs.vault.federation.hashicorp;

import ai.scailabs.vault.outbound.http.Incoming;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the vault said, byte for byte.
 *
 * @param retryAfter when it asked for it
 */
record VaultAnswer(int status, byte[] body, @Nullable Duration retryAfter) {
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,6}");

    static VaultAnswer of(Incoming incoming) throws IOException {
        Duration asked = incoming.header("retry-after")
                .filter(text -> SECONDS.matcher(text).matches())
                .map(text -> Duration.ofSeconds(Long.parseLong(text)))
                .orElse(null);
        return new VaultAnswer(incoming.status(), incoming.body().readAllBytes(), asked);
    }

    boolean isSuccess() {
        return status == 200;
    }

    /** As version 1 of KV answers what was written. */
    boolean isEmptySuccess() {
        return status == 204;
    }

    /** Missing when it is no JSON. */
    JsonNode tree() {
        try {
            return JsonMapper.shared().readTree(body);
        } catch (JacksonException garbage) {
            return JsonMapper.shared().missingNode();
        }
    }

    List<String> errors() {
        return tree().path("errors")
                .valueStream()
                .map(error -> error.asString(""))
                .toList();
    }

    boolean says(String words) {
        return errors().stream().anyMatch(error -> error.contains(words));
    }

    /** Whether nothing is there under that name, and not: there is no such way. */
    boolean isNotFound() {
        return status == 404
                && !says("no handler for route")
                && !says("unsupported")
                && !says("namespace not found")
                && !tree().path("warnings").isArray();
    }

    @Override
    public String toString() {
        return "VaultAnswer[" + status + "]";
    }
}
