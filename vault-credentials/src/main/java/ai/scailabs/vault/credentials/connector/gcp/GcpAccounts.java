package ai.scailabs.vault.credentials.connector.gcp;

import static ai.scailabs.vault.credentials.connector.rest.RestAnswer.textOrEmpty;

import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.rest.RestAnswer;
import ai.scailabs.vault.credentials.connector.rest.RestTurn;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.outbound.google.ServiceAccountKey;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Tokens and keys of service accounts, asked for as one that may. Thread-safe. */
public final class GcpAccounts {
    /** That Google lets a service account have. */
    public static final int MOST_KEYS = 10;

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Duration PAUSE = Duration.ofSeconds(2);
    /** What was made a moment ago may not be in lists yet: so often it is looked for. */
    private static final int LOOKS = 3;

    private final GcpSite site;
    private final GcpCalls calls;
    private final GuardedTransfers transfers;
    private final Duration pause;

    private GcpAccounts(GcpSite site, GcpCalls calls, GuardedTransfers transfers, Duration pause) {
        this.site = site;
        this.calls = calls;
        this.transfers = transfers;
        this.pause = pause;
    }

    /** Asks nobody yet. */
    public static GcpAccounts open(GcpSite site, ServiceAccountKey as, GuardedTransfers transfers, Clock clock) {
        return open(site, as, transfers, clock, PAUSE);
    }

    /** @param pause before something is asked again that may be otherwise by then */
    static GcpAccounts open(
            GcpSite site, ServiceAccountKey as, GuardedTransfers transfers, Clock clock, Duration pause) {
        return new GcpAccounts(site, new GcpCalls(site.tokens(), as, clock), transfers, pause);
    }

    private RestTurn turn() {
        return new RestTurn(transfers, pause);
    }

    /** Whether the key is good. */
    public void verify() throws TargetException {
        calls.login(turn());
    }

    private static String path(String email) {
        return "/v1/projects/-/serviceAccounts/" + RestTurn.encoded(email);
    }

    private URI iam(String path) {
        return URI.create(site.iam() + path);
    }

    /** To be closed by the caller. Google takes none back. */
    public GcpToken accessToken(String email, List<String> scopes, Duration life) throws TargetException {
        ObjectNode body = JSON.createObjectNode();
        scopes.forEach(body.putArray("scope")::add);
        body.put("lifetime", life.toSeconds() + "s");
        RestAnswer made = calls.ask(
                        turn(), "POST", URI.create(site.credentials() + path(email) + ":generateAccessToken"), body)
                .requireDone();
        try {
            return new GcpToken(
                    SensitiveBytes.owning(made.text("accessToken").getBytes(StandardCharsets.UTF_8)),
                    Instant.parse(made.text("expireTime")));
        } catch (DateTimeException malformed) {
            throw RestAnswer.senseless();
        }
    }

    /**
     * Lets the service account be logged in to by a key that was made here.
     *
     * @param certificate with the public key, in PEM; its end is the key's
     * @param field of a role that names the service account
     * @throws VaultException {@code conflict} when the service account has as many keys as it may have
     */
    public GcpKey uploadKey(String email, String certificate, String field) throws TargetException {
        RestTurn turn = turn();
        RestAnswer account = calls.ask(turn, "GET", iam(path(email)), null).requireDone(field);
        String project = account.text("projectId");
        String clientId = account.text("uniqueId");
        RestAnswer made = calls.ask(
                turn,
                "POST",
                iam(path(email) + "/keys:upload"),
                JSON.createObjectNode()
                        .put(
                                "publicKeyData",
                                Base64.getEncoder().encodeToString(certificate.getBytes(StandardCharsets.US_ASCII))));
        // It says either, of this and of other things.
        boolean full = made.status() == 429 || made.error("status").equals("FAILED_PRECONDITION");
        if (full && names(turn, email).size() >= MOST_KEYS) {
            throw new VaultException(
                    ErrorCode.CONFLICT,
                    "The service account has as many keys as Google lets it have",
                    Map.of("state", "too_many_keys", "quota", "service_account", "max_keys", MOST_KEYS));
        }
        String name = made.requireDone(field).text("name");
        return new GcpKey(name.substring(name.lastIndexOf('/') + 1), project, clientId);
    }

    /** Of the keys that people and programs have made and uploaded, from the last slash on; none where there is no such service account. */
    private List<String> names(RestTurn turn, String email) throws TargetException {
        RestAnswer found = calls.ask(turn, "GET", iam(path(email) + "/keys?keyTypes=USER_MANAGED"), null);
        List<String> names = new ArrayList<>();
        if (!found.isGone()) {
            for (JsonNode key : found.requireDone().list("keys")) {
                String name = textOrEmpty(key, "name");
                names.add(name.substring(name.lastIndexOf('/') + 1));
            }
        }
        return names;
    }

    /**
     * Deletes the key that has this public part, and no other; none is success.
     *
     * @param digest SHA-256 of the public key as certificates have it, in hexadecimal
     * @param justMade whether it may have been uploaded a moment ago
     */
    public void deleteKey(String email, String digest, boolean justMade) throws TargetException {
        RestTurn turn = turn();
        boolean found = deleted(turn, email, digest);
        for (int look = 1; !found && justMade && look < LOOKS; look++) {
            turn.pause();
            found = deleted(turn, email, digest);
        }
    }

    private boolean deleted(RestTurn turn, String email, String digest) throws TargetException {
        boolean found = false;
        for (String name : names(turn, email)) {
            URI key = iam(path(email) + "/keys/" + RestTurn.encoded(name));
            RestAnswer shown = calls.ask(turn, "GET", URI.create(key + "?publicKeyType=TYPE_X509_PEM_FILE"), null);
            if (!shown.isGone()
                    && PublicKeys.digest(textOrEmpty(shown.requireDone().body(), "publicKeyData"))
                            .equals(digest)) {
                calls.ask(turn, "DELETE", key, null).requireGone();
                found = true;
            }
        }
        return found;
    }
}
