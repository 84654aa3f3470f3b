package ai.scailabs.vault.credentials.connector.azure;

import static ai.scailabs.vault.credentials.connector.rest.RestAnswer.textOrEmpty;

import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.rest.RestAnswer;
import ai.scailabs.vault.credentials.connector.rest.RestTurn;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Passwords of applications, and whole applications, of one tenant of Entra ID. Thread-safe. */
public final class AzureAccounts implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Duration PAUSE = Duration.ofSeconds(2);
    /** What was made a moment ago may not be in lists yet: so often it is looked for. */
    private static final int LOOKS = 3;

    private static final String APPLICATIONS = "/v1.0/applications";

    private final AzureLogin login;
    private final AzureCalls graph;
    private final AzurePrincipals principals;
    private final GuardedTransfers transfers;
    private final Duration pause;

    private AzureAccounts(AzureSite site, AzureLogin login, GuardedTransfers transfers, Duration pause) {
        this.login = login;
        this.graph = new AzureCalls(site.login(), site.graph(), login);
        this.principals = new AzurePrincipals(graph, new AzureCalls(site.login(), site.management(), login));
        this.transfers = transfers;
        this.pause = pause;
    }

    /**
     * Asks nobody yet.
     *
     * @param login becomes this one's
     */
    public static AzureAccounts open(AzureSite site, AzureLogin login, GuardedTransfers transfers) {
        return open(site, login, transfers, PAUSE);
    }

    /** @param pause before something is asked again that may be otherwise by then */
    static AzureAccounts open(AzureSite site, AzureLogin login, GuardedTransfers transfers, Duration pause) {
        return new AzureAccounts(site, login, transfers, pause);
    }

    private RestTurn turn() {
        return new RestTurn(transfers, pause);
    }

    /** Whether the login is good, and may look at applications. */
    public void verify() throws TargetException {
        graph.get(turn(), APPLICATIONS + "?$top=1&$select=id").requireDone();
    }

    /**
     * Adds a password to an application that there is. To be closed by the caller.
     *
     * @param application id of the object
     * @param name by which it is found again
     * @param end when it is over by itself
     * @param field of a role that names the application
     */
    public AzureSecret addPassword(String application, String name, Instant end, String field) throws TargetException {
        RestTurn turn = turn();
        RestAnswer found = graph.get(turn, APPLICATIONS + "/" + application + "?$select=id,appId")
                .requireDone(field);
        return secret(
                found.text("appId"),
                turn.untilKnown(
                                () -> graph.ask(turn, "POST", passwordsOf(application, "add"), password(name, end)),
                                AzureAccounts::isBusy,
                                AzurePrincipals.UNTIL_KNOWN)
                        .requireDone(field));
    }

    /** Somebody else changes the application at this moment. */
    private static boolean isBusy(RestAnswer answer) {
        return answer.status() == 409;
    }

    private static String passwordsOf(String application, String what) {
        return APPLICATIONS + "/" + application + "/" + what + "Password";
    }

    private static ObjectNode password(String name, Instant end) {
        ObjectNode body = JSON.createObjectNode();
        body.putObject("passwordCredential")
                .put("displayName", name)
                .put(
                        "endDateTime",
                        end.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1).toString());
        return body;
    }

    private AzureSecret secret(String clientId, RestAnswer made) throws TargetException {
        return new AzureSecret(
                login.tenantId(),
                clientId,
                SensitiveBytes.owning(made.text("secretText").getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Takes the passwords of that name away, and no others; none is success, as is no application.
     *
     * @param justMade whether it may be one that was added a moment ago
     */
    public void removePassword(String application, String name, boolean justMade) throws TargetException {
        RestTurn turn = turn();
        List<String> keys = passwords(turn, application, name);
        for (int look = 1; keys.isEmpty() && justMade && look < LOOKS; look++) {
            turn.pause();
            keys = passwords(turn, application, name);
        }
        for (String key : keys) {
            ObjectNode body = JSON.createObjectNode().put("keyId", key);
            RestAnswer removed = turn.untilKnown(
                    () -> graph.ask(turn, "POST", passwordsOf(application, "remove"), body),
                    AzureAccounts::isBusy,
                    AzurePrincipals.UNTIL_KNOWN);
            // Of one that is gone it says that the request is bad.
            boolean gone = removed.status() == 400
                    && !passwords(turn, application, name).contains(key);
            if (!gone) {
                removed.requireGone();
            }
        }
    }

    private List<String> passwords(RestTurn turn, String application, String name) throws TargetException {
        RestAnswer found = graph.get(turn, APPLICATIONS + "/" + application + "?$select=id,passwordCredentials");
        List<String> keys = new ArrayList<>();
        if (!found.isGone()) {
            for (JsonNode each : found.requireDone().list("passwordCredentials")) {
                String key = textOrEmpty(each, "keyId");
                if (name.equals(textOrEmpty(each, "displayName")) && AzureLogin.isId(key)) {
                    keys.add(key);
                }
            }
        }
        return keys;
    }

    /**
     * Makes an application with a service principal, its rights and a password, which comes last: before it, nobody can log in. To be closed by the caller.
     *
     * @param name by which it is found again
     * @param end when the password is over by itself
     * @param note for people
     */
    public AzureSecret createPrincipal(String name, AzureRights rights, Instant end, String note)
            throws TargetException {
        RestTurn turn = turn();
        RestAnswer application = graph.ask(
                        turn,
                        "POST",
                        APPLICATIONS,
                        JSON.createObjectNode()
                                .put("displayName", name)
                                .put("signInAudience", "AzureADMyOrg")
                                .put("notes", note))
                .requireDone();
        String id = application.text("id");
        if (!AzureLogin.isId(id)) {
            throw RestAnswer.senseless();
        }
        String clientId = application.text("appId");
        try {
            principals.create(turn, clientId, name, rights);
            return secret(
                    clientId,
                    turn.untilKnown(
                                    () -> graph.ask(turn, "POST", passwordsOf(id, "add"), password(name, end)),
                                    RestAnswer::isGone,
                                    AzurePrincipals.UNTIL_KNOWN)
                            .requireDone());
        } catch (TargetException refused) {
            abandoned(id);
            throw refused;
        }
    }

    /** By its id, as its name may not be in lists yet; whoever looks for the name comes after, and finds what this one did not take away. */
    private void abandoned(String application) {
        try {
            RestTurn turn = turn();
            graph.ask(turn, "DELETE", APPLICATIONS + "/" + application, null).requireGone();
            principals.forget(turn, application);
        } catch (TargetException later) {
            // It is looked for by its name.
        }
    }

    /**
     * Takes away the applications that have exactly that name, with their service principals and passwords, and the assignments of roles that were made for it. None is success.
     *
     * @param justMade whether it may have been made a moment ago
     */
    public void deletePrincipal(String name, AzureRights rights, boolean justMade) throws TargetException {
        RestTurn turn = turn();
        List<String> applications = named(turn, name);
        for (int look = 1; applications.isEmpty() && justMade && look < LOOKS; look++) {
            turn.pause();
            applications = named(turn, name);
        }
        for (String application : applications) {
            graph.ask(turn, "DELETE", APPLICATIONS + "/" + application, null).requireGone();
        }
        principals.removeAssignments(turn, name, rights);
        for (String application : applications) {
            principals.forget(turn, application);
        }
    }

    /** Graph finds them in whatever letters. */
    private List<String> named(RestTurn turn, String name) throws TargetException {
        String filter = RestTurn.encoded("displayName eq '" + name.replace("'", "''") + "'");
        List<String> ids = new ArrayList<>();
        RestAnswer found = graph.get(turn, APPLICATIONS + "?$filter=" + filter + "&$select=id,displayName")
                .requireDone();
        for (JsonNode each : found.list("value")) {
            String id = textOrEmpty(each, "id");
            if (name.equals(textOrEmpty(each, "displayName")) && AzureLogin.isId(id)) {
                ids.add(id);
            }
        }
        return ids;
    }

    @Override
    public void close() {
        login.close();
    }
}
