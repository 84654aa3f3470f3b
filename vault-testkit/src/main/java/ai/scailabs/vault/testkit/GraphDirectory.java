package ai.scailabs.vault.testkit;

import static ai.scailabs.vault.testkit.LoopbackApi.Said.json;

import ai.scailabs.vault.testkit.LoopbackApi.Asked;
import ai.scailabs.vault.testkit.LoopbackApi.Said;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Applications and service principals of {@link TestAzure}, as Microsoft Graph publishes them. Not thread-safe. */
final class GraphDirectory {
    private static final String ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";

    private final Map<String, Application> applications = new LinkedHashMap<>();
    private final Set<String> deleted = new HashSet<>();
    private final Set<String> members = new HashSet<>();
    private final Predicate<String> late;

    /** @param late whether that is not known yet of what was made */
    GraphDirectory(Predicate<String> late) {
        this.late = late;
    }

    private static final class Application {
        private final String id = UUID.randomUUID().toString();
        private final String appId = UUID.randomUUID().toString();
        private final String displayName;
        private final List<Password> passwords = new ArrayList<>();
        private @Nullable String principal;

        Application(String displayName) {
            this.displayName = displayName;
        }
    }

    private record Password(String keyId, String displayName, Instant end, String secret) {}

    /** Its id. */
    String application(String displayName) {
        Application made = new Application(displayName);
        applications.put(made.id, made);
        return made.id;
    }

    /** Its key id. */
    String password(String application, String displayName) {
        String keyId = UUID.randomUUID().toString();
        found(application).passwords.add(new Password(keyId, displayName, Instant.MAX, "others-" + keyId));
        return keyId;
    }

    private Application found(String id) {
        Application application = applications.get(id);
        if (application == null) {
            throw new IllegalArgumentException("no such application");
        }
        return application;
    }

    void removePasswords(String application) {
        found(application).passwords.clear();
    }

    List<String> passwords(String application) {
        return found(application).passwords.stream().map(Password::displayName).toList();
    }

    List<Instant> ends(String displayName) {
        return applications.values().stream()
                .flatMap(each -> each.passwords.stream())
                .filter(password -> password.displayName().equals(displayName))
                .map(Password::end)
                .toList();
    }

    List<String> names() {
        return applications.values().stream().map(each -> each.displayName).toList();
    }

    Set<String> deleted() {
        return Set.copyOf(deleted);
    }

    int members() {
        return members.size();
    }

    boolean isPassword(String clientId, String secret) {
        return applications.values().stream()
                .anyMatch(each -> each.appId.equals(clientId)
                        && each.passwords.stream()
                                .anyMatch(password -> password.secret().equals(secret)
                                        && password.end().isAfter(Instant.now())));
    }

    Said answer(Asked asked, URI graph) {
        String path = asked.path();
        String[] parts = path.split("/", -1);
        return switch (asked.method() + " " + path.replaceAll(ID, "{id}")) {
            case "GET /v1.0/applications" -> list(asked.query());
            case "POST /v1.0/applications" -> newApplication(asked.json());
            case "GET /v1.0/applications/{id}" -> onApplication(parts[3], each -> shown(each, asked.query()));
            case "DELETE /v1.0/applications/{id}" -> onApplication(parts[3], this::delete);
            case "POST /v1.0/applications/{id}/addPassword" ->
                late.test("password")
                        ? TestAzure.error(404, "Request_ResourceNotFound")
                        : onApplication(parts[3], each -> added(each, asked.json()));
            case "POST /v1.0/applications/{id}/removePassword" ->
                onApplication(parts[3], each -> removed(each, asked.json()));
            case "POST /v1.0/servicePrincipals" -> newPrincipal(asked.json());
            case "POST /v1.0/groups/{id}/members/$ref" -> newMember(graph, parts[3], asked.json());
            case "DELETE /v1.0/directory/deletedItems/{id}" ->
                deleted.remove(parts[4]) ? Said.empty(204) : TestAzure.error(404, "Request_ResourceNotFound");
            default -> TestAzure.error(400, "Request_BadRequest");
        };
    }

    private Said onApplication(String id, Function<Application, Said> work) {
        Application application = applications.get(id);
        return application == null ? TestAzure.error(404, "Request_ResourceNotFound") : work.apply(application);
    }

    /** As Graph compares, in whatever letters. */
    private Said list(Map<String, String> query) {
        String filter = query.getOrDefault("$filter", "");
        boolean any = query.equals(Map.of("$top", "1", "$select", "id"));
        if (!any
                && (!query.keySet().equals(Set.of("$filter", "$select"))
                        || !filter.matches("displayName eq '(?:[^']|'')*'"))) {
            return TestAzure.error(400, "Request_UnsupportedQuery");
        }
        if (!any && late.test("list")) {
            return json(200, Map.of("value", List.of()));
        }
        String name = any
                ? ""
                : filter.substring("displayName eq '".length(), filter.length() - 1)
                        .replace("''", "'");
        Predicate<Application> wanted = each -> any || each.displayName.equalsIgnoreCase(name);
        return json(
                200,
                Map.of(
                        "value",
                        applications.values().stream()
                                .filter(wanted)
                                .map(each -> Map.of("id", each.id, "displayName", each.displayName))
                                .toList()));
    }

    private Said newApplication(Map<String, Object> body) {
        boolean published = body.keySet().equals(Set.of("displayName", "signInAudience", "notes"))
                && body.get("displayName") instanceof String name
                && !name.isEmpty()
                && name.length() <= 256
                && "AzureADMyOrg".equals(body.get("signInAudience"));
        if (!published) {
            return TestAzure.error(400, "Request_BadRequest");
        }
        Application made = found(application(String.valueOf(body.get("displayName"))));
        return json(201, Map.of("id", made.id, "appId", made.appId, "displayName", made.displayName));
    }

    private static Said shown(Application application, Map<String, String> query) {
        return switch (query.getOrDefault("$select", "")) {
            case "id,appId" -> json(200, Map.of("id", application.id, "appId", application.appId));
            case "id,passwordCredentials" ->
                json(
                        200,
                        Map.of(
                                "id",
                                application.id,
                                "passwordCredentials",
                                application.passwords.stream()
                                        .map(each -> Map.of("keyId", each.keyId(), "displayName", each.displayName()))
                                        .toList()));
            default -> TestAzure.error(400, "Request_UnsupportedQuery");
        };
    }

    private Said delete(Application application) {
        applications.remove(application.id);
        deleted.add(application.id);
        members.remove(String.valueOf(application.principal));
        return Said.empty(204);
    }

    private static Said added(Application application, Map<String, Object> body) {
        if (!(body.get("passwordCredential") instanceof Map<?, ?> wanted)
                || body.size() != 1
                || !wanted.keySet().equals(Set.of("displayName", "endDateTime"))) {
            return TestAzure.error(400, "Request_BadRequest");
        }
        Instant end = Instant.parse(String.valueOf(wanted.get("endDateTime")));
        if (!end.isAfter(Instant.now())) {
            return TestAzure.error(400, "Request_BadRequest");
        }
        String keyId = UUID.randomUUID().toString();
        Password made = new Password(keyId, String.valueOf(wanted.get("displayName")), end, "pw~" + UUID.randomUUID());
        application.passwords.add(made);
        return json(
                200,
                Map.of(
                        "keyId", keyId,
                        "displayName", made.displayName(),
                        "endDateTime", end.toString(),
                        "secretText", made.secret()));
    }

    private static Said removed(Application application, Map<String, Object> body) {
        boolean done = body.keySet().equals(Set.of("keyId"))
                && application.passwords.removeIf(each -> each.keyId().equals(body.get("keyId")));
        return done ? Said.empty(204) : TestAzure.error(400, "Request_BadRequest");
    }

    private Said newPrincipal(Map<String, Object> body) {
        if (!body.keySet().equals(Set.of("appId"))) {
            return TestAzure.error(400, "Request_BadRequest");
        }
        if (late.test("application")) {
            return TestAzure.error(403, "Authorization_RequestDenied");
        }
        for (Application each : applications.values()) {
            if (each.appId.equals(body.get("appId"))) {
                if (each.principal != null) {
                    return TestAzure.error(409, "Request_MultipleObjectsWithSameKeyValue");
                }
                String id = UUID.randomUUID().toString();
                each.principal = id;
                return json(201, Map.of("id", id, "appId", each.appId));
            }
        }
        return TestAzure.error(400, "NoBackingApplicationObject");
    }

    boolean isPrincipal(String id) {
        return applications.values().stream().anyMatch(each -> id.equals(each.principal));
    }

    private Said newMember(URI graph, String group, Map<String, Object> body) {
        String reference = String.valueOf(body.get("@odata.id"));
        String prefix = graph + "/v1.0/directoryObjects/";
        if (!body.keySet().equals(Set.of("@odata.id")) || !reference.startsWith(prefix)) {
            return TestAzure.error(400, "Request_BadRequest");
        }
        String principal = reference.substring(prefix.length());
        if (!group.equals(TestAzure.GROUP) || !isPrincipal(principal)) {
            return TestAzure.error(404, "Request_ResourceNotFound");
        }
        return members.add(principal) ? Said.empty(204) : TestAzure.error(400, "Request_BadRequest");
    }
}
