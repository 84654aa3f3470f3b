package ai.scailabs.vault.dev.issuer;

import ai.scailabs.vault.dev.identity.DevIdentity;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/** Client-credentials requests at the issuer's token endpoint. */
public final class TokenRequests {
    private final IssuerSettings settings;
    private final HttpClient http = HttpClient.newHttpClient();
    private final JsonMapper json = JsonMapper.builder().build();

    TokenRequests(IssuerSettings settings) {
        this.settings = settings;
    }

    /**
     * A token of the identity.
     *
     * @param parameters as {@code bin/token} sends them: {@code scope}, {@code ttl}, {@code claim.<name>}
     * @throws IOException when the issuer refuses; says why
     */
    public String mint(DevIdentity identity, Map<String, String> parameters) throws IOException, InterruptedException {
        String form = "grant_type=client_credentials"
                + parameters.entrySet().stream()
                        .map(entry -> "&" + encode(entry.getKey()) + "=" + encode(entry.getValue()))
                        .collect(Collectors.joining());
        String login = identity.label() + ":" + settings.clientSecret(identity);
        HttpRequest request = HttpRequest.newBuilder(URI.create(settings.issuer() + "/oauth/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header(
                        "Authorization",
                        "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)))
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build();
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException("the issuer refused a token for " + identity.label() + ": " + response.statusCode()
                    + " " + response.body());
        }
        return json.readTree(response.body()).required("access_token").asString();
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
