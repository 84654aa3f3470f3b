package ai.scailabs.vault.federation.aws;

import ai.scailabs.vault.federation.remote.BackendCredentials;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.outbound.aws.AwsIdentity.AccessKey;
import ai.scailabs.vault.outbound.aws.RoleArn;
import org.jspecify.annotations.Nullable;

/**
 * What the secret with the credentials says: {@code access_key_id} and {@code secret_access_key}, with {@code session_token} when they are temporary, and {@code role_arn} for a role that is taken with these or, without
 * them, as this service.
 *
 * @param keys absent to come as this service
 * @param roleArn absent to take no role
 */
record AwsLogin(@Nullable AccessKey keys, @Nullable String roleArn) {
    /**
     * @param credentials absent to come as this service
     * @param asService whether the tenant may
     */
    static AwsLogin of(@Nullable BackendCredentials credentials, boolean asService) throws RemoteException {
        AwsLogin login = credentials == null ? new AwsLogin(null, null) : read(credentials);
        if (login.keys == null && !asService) {
            throw new RemoteException(
                    RemoteFailure.MISCONFIGURED,
                    "a secret with an access_key_id is needed: this tenant does not come as the service itself");
        }
        return login;
    }

    private static AwsLogin read(BackendCredentials credentials) throws RemoteException {
        String id = credentials.find("access_key_id").orElse(null);
        String secret = credentials.find("secret_access_key").orElse(null);
        String session = credentials.find("session_token").orElse(null);
        String role = credentials.find("role_arn").orElse(null);
        if (role != null && !RoleArn.isOne(role)) {
            throw BackendCredentials.unusable("its role_arn is not the ARN of a role");
        }
        if (id != null && secret != null) {
            return new AwsLogin(new AccessKey(id, secret, session), role);
        }
        if (id != null || secret != null) {
            throw BackendCredentials.unusable("it has access_key_id or secret_access_key without the other");
        }
        if (session != null) {
            throw BackendCredentials.unusable("it has a session_token without an access_key_id");
        }
        if (role == null) {
            throw BackendCredentials.unusable("it has neither access_key_id nor role_arn");
        }
        return new AwsLogin(null, role);
    }
}
