package ai.scailabs.vault.testkit;

import static ai.scailabs.vault.testkit.LoopbackApi.Said.json;

import ai.scailabs.vault.testkit.LoopbackApi.Asked;
import ai.scailabs.vault.testkit.LoopbackApi.Said;
import java.net.URI;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * One tenant of Entra ID, with the parts of Microsoft Graph and of the Resource Manager that make applications, service principals and assignments of roles, as their references publish them, over loopback. What is not exactly as published
 * is refused. It is no Azure: whatever that does besides is not here. Thread-safe.
 */
public final class TestAzure implements AutoCloseable {
    public static final String TENANT = "aaaaaaaa-0000-4000-8000-000000000001";
    public static final String CLIENT = "aaaaaaaa-0000-4000-8000-000000000002";
    public static final String SECRET = "az~root-not-a-secret";
    public static final String GROUP = "aaaaaaaa-0000-4000-8000-000000000003";
    public static final String SUBSCRIPTION = "/subscriptions/aaaaaaaa-0000-4000-8000-000000000004";
    public static final String READER =
            SUBSCRIPTION + "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7";

    private static final String ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";

    private final ApiFaults faults = new ApiFaults();
    private final LoopbackApi login = new LoopbackApi(asked -> faults.through(asked, this::token));
    private final LoopbackApi graph = new LoopbackApi(asked -> faults.through(asked, this::graph));
    private final LoopbackApi management = new LoopbackApi(asked -> faults.through(asked, this::management));

    private final Map<String, String> tokens = new HashMap<>();
    private final Map<String, Assignment> assignments = new LinkedHashMap<>();
    private final Set<String> denied = new HashSet<>();
    private final Map<String, Integer> lags = new HashMap<>();
    private final GraphDirectory directory = new GraphDirectory(this::isLate);

    /**
     * A role that somebody has.
     *
     * @param path of the assignment
     */
    public record Assignment(String path, String role, String principal) {}

    public URI loginEndpoint() {
        return login.uri();
    }

    public URI graphEndpoint() {
        return graph.uri();
    }

    public URI managementEndpoint() {
        return management.uri();
    }

    public ApiFaults faults() {
        return faults;
    }

    /** Whoever asks may not any more do what that is: {@code applications}, {@code assignments}, {@code deletedItems}. */
    public synchronized void deny(String what) {
        denied.add(what);
    }

    public synchronized void allowAll() {
        denied.clear();
    }

    /** So often that is not known yet of what was made: {@code application} to service principals, {@code principal} to assignments, {@code password} to who adds one, {@code list} to who looks for it. */
    public synchronized void lag(String what, int times) {
        lags.put(what, times);
    }

    private boolean isLate(String what) {
        return lags.merge(what, -1, (before, _) -> before - 1) >= 0;
    }

    /** One that somebody else made; its id. */
    public synchronized String application(String displayName) {
        return directory.application(displayName);
    }

    /** A password that somebody else added; its key id. */
    public synchronized String password(String application, String displayName) {
        return directory.password(application, displayName);
    }

    /** Takes all passwords of an application away. */
    public synchronized void removePasswords(String application) {
        directory.removePasswords(application);
    }

    /** Names of the passwords of an application. */
    public synchronized List<String> passwords(String application) {
        return directory.passwords(application);
    }

    /** The end of the passwords of that name, wherever they are. */
    public synchronized List<Instant> ends(String displayName) {
        return directory.ends(displayName);
    }

    /** Names of all applications. */
    public synchronized List<String> applications() {
        return directory.names();
    }

    /** Ids of applications that are deleted, and not for good. */
    public synchronized Set<String> deleted() {
        return directory.deleted();
    }

    public synchronized List<Assignment> assignments() {
        return List.copyOf(assignments.values());
    }

    /** How many service principals are in {@link #GROUP}. */
    public synchronized int members() {
        return directory.members();
    }

    /** Whether somebody gets a token by it at this moment. */
    public synchronized boolean logsIn(String clientId, String secret) {
        return isRoot(clientId, secret) || directory.isPassword(clientId, secret);
    }

    private static boolean isRoot(String clientId, String secret) {
        return clientId.equals(CLIENT) && secret.equals(SECRET);
    }

    private synchronized Said token(Asked asked) {
        Map<String, String> form = asked.form();
        if (!asked.method().equals("POST")
                || !form.keySet().equals(Set.of("grant_type", "client_id", "client_secret", "scope"))
                || !"client_credentials".equals(form.get("grant_type"))) {
            return oauth(400, "invalid_request", "AADSTS900144: the request body is not as it must be");
        }
        if (!asked.path().equals("/" + TENANT + "/oauth2/v2.0/token")) {
            return oauth(400, "invalid_request", "AADSTS90002: Tenant not found");
        }
        if (!CLIENT.equals(form.get("client_id"))) {
            return oauth(400, "unauthorized_client", "AADSTS700016: Application was not found in the directory");
        }
        if (!SECRET.equals(form.get("client_secret"))) {
            return oauth(
                    401,
                    "invalid_client",
                    "AADSTS7000215: Invalid client secret provided: " + form.get("client_secret"));
        }
        String token = "eyJ0." + UUID.randomUUID();
        tokens.put(token, String.valueOf(form.get("scope")));
        return json(200, Map.of("token_type", "Bearer", "expires_in", 3599, "access_token", token));
    }

    private static Said oauth(int status, String error, String description) {
        return json(status, Map.of("error", error, "error_description", description));
    }

    static Said error(int status, String code) {
        return json(status, Map.of("error", Map.of("code", code, "message", "of " + SECRET)));
    }

    private boolean isFor(Asked asked, URI api) {
        return (api + "/.default").equals(tokens.get(asked.bearer()));
    }

    private synchronized Said graph(Asked asked) {
        if (!isFor(asked, graph.uri())) {
            return error(401, "InvalidAuthenticationToken");
        }
        String path = asked.path();
        if (denied.contains(path.startsWith("/v1.0/directory/") ? "deletedItems" : "applications")) {
            return error(403, "Authorization_RequestDenied");
        }
        return directory.answer(asked, graph.uri());
    }

    private synchronized Said management(Asked asked) {
        if (!isFor(asked, management.uri())) {
            return error(401, "AuthenticationFailed");
        }
        String path = asked.path();
        if (!asked.query().equals(Map.of("api-version", "2022-04-01"))
                || !path.matches("/[^?]+/providers/Microsoft\\.Authorization/roleAssignments/" + ID)) {
            return error(400, "InvalidRoleAssignmentId");
        }
        if (!path.startsWith(SUBSCRIPTION + "/")) {
            return error(404, "SubscriptionNotFound");
        }
        if (denied.contains("assignments")) {
            return error(403, "AuthorizationFailed");
        }
        return switch (asked.method()) {
            case "PUT" -> assigned(path, asked.json());
            case "DELETE" -> Said.empty(assignments.remove(path) == null ? 204 : 200);
            default -> error(405, "MethodNotAllowed");
        };
    }

    private Said assigned(String path, Map<String, Object> body) {
        if (!(body.get("properties") instanceof Map<?, ?> wanted)
                || body.size() != 1
                || !wanted.keySet().equals(Set.of("roleDefinitionId", "principalId", "principalType"))
                || !"ServicePrincipal".equals(wanted.get("principalType"))) {
            return error(400, "BadRequestFormat");
        }
        String role = String.valueOf(wanted.get("roleDefinitionId"));
        if (!role.equals(READER)) {
            return error(404, "RoleDefinitionDoesNotExist");
        }
        String principal = String.valueOf(wanted.get("principalId"));
        if (isLate("principal") || !directory.isPrincipal(principal)) {
            return error(400, "PrincipalNotFound");
        }
        Assignment made = new Assignment(path, role, principal);
        return made.equals(assignments.put(path, made)) ? json(200, Map.of()) : json(201, Map.of());
    }

    @Override
    public void close() {
        login.close();
        graph.close();
        management.close();
    }
}
