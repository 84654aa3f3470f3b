package ai.scailabs.vault.server;

import org.jspecify.annotations.Nullable;

/** One request. @param body a text is sent as it is, anything else as JSON; absent for none */
record ApiCall(String method, String uri, @Nullable Object body) {
    /** The same on another tenant. */
    ApiCall on(String tenant) {
        return new ApiCall(method, "/v1/t/" + tenant + uri.substring("/v1".length()), body);
    }

    ApiClient.Reply by(ApiClient client, String... headers) {
        return client.send(method, uri, body, headers);
    }
}
