package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.credentials.connector.TargetType;
import ai.scailabs.vault.kernel.error.VaultException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Where a secret is used, and is changed with it. Holds nothing secret. */
public sealed interface Connector permits AccountConnector, AwsKeyConnector, WebhookConnector {
    /** As it was given. */
    ObjectNode members();

    /** Whether what a rotation replaces is let in until it is taken away. The database asks the same by {@code connector_leaves_replaced}. */
    default boolean leavesReplaced() {
        return true;
    }

    /**
     * @param development whether a target on this machine may be plain text without saying so
     * @throws VaultException {@code invalid_config} with {@code details.field}
     */
    static Connector parse(JsonNode given, boolean development) {
        if (!(given instanceof ObjectNode object)) {
            throw ConnectorMembers.invalid("connector", "must be an object");
        }
        ConnectorMembers members = new ConnectorMembers(object);
        String type = members.required("type");
        return switch (type) {
            case AwsKeyConnector.TYPE -> AwsKeyConnector.parse(members, development);
            case WebhookConnector.TYPE -> WebhookConnector.parse(members, development);
            default ->
                AccountConnector.parse(
                        TargetType.of(type)
                                .orElseThrow(() -> ConnectorMembers.invalid(
                                        "connector.type",
                                        "must be postgresql, mysql, redis, mongodb, aws_iam or webhook")),
                        members,
                        development);
        };
    }
}
