package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.kernel.path.SecretPath;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/**
 * Somebody's program, which changes whatever it is by itself.
 *
 * @param signingSecretPath the secret by which calls are signed
 */
record WebhookConnector(URI url, SecretPath signingSecretPath, ObjectNode members) implements Connector {
    static final String TYPE = "webhook";

    private static final int LONGEST_URL = 2_048;
    private static final Pattern ASCII = Pattern.compile("[!-~]+");
    private static final Set<String> HERE = Set.of("localhost", "127.0.0.1", "[::1]");

    static WebhookConnector parse(ConnectorMembers members, boolean development) {
        members.requireNoneBut("type", "url", "signing_secret_path");
        URI url = url(members.required("url"), development);
        return new WebhookConnector(url, new SecretPath(members.required("signing_secret_path")), members.given());
    }

    /** Whether its address is permitted is found out whenever it is connected to. */
    private static URI url(String text, boolean development) {
        if (text.length() <= LONGEST_URL && ASCII.matcher(text).matches()) {
            try {
                URI url = new URI(text);
                String host = url.getHost();
                boolean plain = "http".equals(url.getScheme()) && development && host != null && HERE.contains(host);
                boolean bare = url.getRawUserInfo() == null && url.getRawFragment() == null;
                if (host != null && bare && (plain || "https".equals(url.getScheme()))) {
                    return url;
                }
            } catch (URISyntaxException malformed) {
                // Refused like any other.
            }
        }
        throw ConnectorMembers.invalid(
                "connector.url", "must be an https URL without a user, a password or a fragment");
    }

    /** Without path and query, which may hold what others must not know. */
    @Override
    public String toString() {
        return "WebhookConnector[" + url.getHost() + "]";
    }
}
