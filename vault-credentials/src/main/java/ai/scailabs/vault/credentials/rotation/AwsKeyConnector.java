package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.credentials.connector.aws.AwsSite;
import ai.scailabs.vault.kernel.path.SecretPath;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A key of a user of AWS.
 *
 * @param loginPath the secret with the key that makes and deletes keys of the user; absent: the user's own key does
 * @param idField of the secret
 * @param secretField of the secret
 */
record AwsKeyConnector(
        AwsSite site, @Nullable SecretPath loginPath, String idField, String secretField, ObjectNode members)
        implements Connector {
    static final String TYPE = "aws_iam";
    /** As they are called also in the secret at {@code login_path}. */
    static final String ID = "access_key_id";

    static final String SECRET = "secret_access_key";

    static AwsKeyConnector parse(ConnectorMembers members, boolean development) {
        members.requireNoneBut(
                "type", "region", "endpoint", "login_path", "access_key_id_field", "secret_access_key_field");
        AwsSite site = AwsSite.parse(
                members.required("region"),
                members.text("endpoint"),
                development,
                (member, problem) -> ConnectorMembers.invalid("connector." + member, problem));
        String idField = members.field("access_key_id_field", ID);
        String secretField = members.field("secret_access_key_field", SECRET);
        if (idField.equals(secretField)) {
            throw ConnectorMembers.invalid("connector.secret_access_key_field", "must be another member than the id");
        }
        return new AwsKeyConnector(site, members.path("login_path"), idField, secretField, members.given());
    }

    @Override
    public String toString() {
        return "AwsKeyConnector[" + site.region() + "]";
    }
}
