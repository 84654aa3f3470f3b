package ai.scailabs.vault.credentials.connector.azure;

import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.rest.RestAnswer;
import ai.scailabs.vault.credentials.connector.rest.RestTurn;
import java.time.Duration;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Service principals of applications, and what they may do. Thread-safe. */
final class AzurePrincipals {
    /** How long it may take until one part of Azure knows what another has made. */
    static final Duration UNTIL_KNOWN = Duration.ofSeconds(40);
    /** Of the application that was made a moment ago. */
    private static final Duration UNTIL_BACKED = Duration.ofSeconds(20);

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String VERSION = "?api-version=2022-04-01";

    private final AzureCalls graph;
    private final AzureCalls management;

    AzurePrincipals(AzureCalls graph, AzureCalls management) {
        this.graph = graph;
        this.management = management;
    }

    void create(RestTurn turn, String clientId, String account, AzureRights rights) throws TargetException {
        ObjectNode principal = JSON.createObjectNode().put("appId", clientId);
        String id = turn.untilKnown(
                        () -> graph.ask(turn, "POST", "/v1.0/servicePrincipals", principal),
                        AzurePrincipals::isNotBackedYet,
                        UNTIL_BACKED)
                .requireDone()
                .text("id");
        for (String group : rights.groups()) {
            ObjectNode member = JSON.createObjectNode()
                    .put("@odata.id", graph.at("/v1.0/directoryObjects/" + id).toString());
            turn.untilKnown(
                            () -> graph.ask(turn, "POST", "/v1.0/groups/" + group + "/members/$ref", member),
                            RestAnswer::isGone,
                            UNTIL_BACKED)
                    .requireDone("azure_groups");
        }
        for (AzureRights.Assignment role : rights.roles()) {
            ObjectNode assignment = JSON.createObjectNode();
            assignment
                    .putObject("properties")
                    .put("roleDefinitionId", role.roleId())
                    .put("principalId", id)
                    .put("principalType", "ServicePrincipal");
            turn.untilKnown(
                            () -> management.ask(turn, "PUT", path(role, account), assignment),
                            AzurePrincipals::isNotKnownYet,
                            UNTIL_KNOWN)
                    .requireDone("azure_roles");
        }
    }

    /** It says so by any of these; that the login may make none it would have said of the application. */
    private static boolean isNotBackedYet(RestAnswer answer) {
        return switch (answer.status()) {
            case 400, 403, 404 -> true;
            default -> false;
        };
    }

    private static boolean isNotKnownYet(RestAnswer answer) {
        return answer.status() == 400 && answer.error("code").equals("PrincipalNotFound");
    }

    private static String path(AzureRights.Assignment role, String account) {
        return role.scope() + "/providers/Microsoft.Authorization/roleAssignments/" + role.name(account) + VERSION;
    }

    /** They stay when whom they were for is gone. One that is not there is success. */
    void removeAssignments(RestTurn turn, String account, AzureRights rights) throws TargetException {
        for (AzureRights.Assignment role : rights.roles()) {
            management.ask(turn, "DELETE", path(role, account), null).requireGone();
        }
    }

    /** Deletes for good what Entra ID would keep for thirty days. Whether it may or not, the application is gone. */
    void forget(RestTurn turn, String application) {
        try {
            RestAnswer _ = graph.ask(turn, "DELETE", "/v1.0/directory/deletedItems/" + application, null);
        } catch (TargetException left) {
            // Entra ID does it by itself.
        }
    }
}
