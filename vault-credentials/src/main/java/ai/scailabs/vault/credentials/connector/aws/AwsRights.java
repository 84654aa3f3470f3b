package ai.scailabs.vault.credentials.connector.aws;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a user or a session may do. The lists are those of IAM: what is in none of them is not allowed.
 *
 * @param policyArns of managed policies
 * @param policyDocument a policy in JSON; of a session it narrows what the session may do
 * @param groups of users alone
 * @param permissionsBoundary of users alone: the most that they may do, whatever else says so
 */
public record AwsRights(
        List<String> policyArns,
        @Nullable String policyDocument,
        List<String> groups,
        @Nullable String permissionsBoundary) {
    public AwsRights {
        policyArns = List.copyOf(policyArns);
        groups = List.copyOf(groups);
    }
}
