package ai.scailabs.vault.server;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request.
 *
 * @param body a text is sent as it is, anything else as JSON; absent for none
 * @param headers names and values, alternating
 */
record ApiCall(String method, String uri, @Nullable Object body, List<String> headers) {
    ApiCall(String method, String uri, @Nullable Object body) {
        this(method, uri, body, List.of());
    }

    /** The same on another tenant. */
    ApiCall on(String tenant) {
        return new ApiCall(
                method,
                "/v1/t/" + tenant + (uri.startsWith("/v1") ? uri.substring("/v1".length()) : uri),
                body,
                headers);
    }

    /** @param more headers, which take the place of the call's own */
    ApiClient.Reply by(ApiClient client, String... more) {
        List<String> all = new ArrayList<>(headers);
        all.addAll(List.of(more));
        return client.send(method, uri, body, all.toArray(String[]::new));
    }
}
