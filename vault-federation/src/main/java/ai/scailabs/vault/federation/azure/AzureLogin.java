package ai.scailabs.vault.federation.azure;

import ai.scailabs.vault.federation.remote.BackendCredentials;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import com.azure.core.credential.TokenCredential;
import com.azure.core.http.HttpClient;
import com.azure.core.util.Configuration;
import com.azure.identity.ClientSecretCredentialBuilder;
import com.azure.identity.DefaultAzureCredentialBuilder;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * As whom Azure is asked: {@code tenant_id}, {@code client_id} and {@code client_secret} of the secret with the credentials, or this service.
 *
 * @param client absent to come as this service
 */
record AzureLogin(@Nullable Client client) {
    private static final Pattern ID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    /**
     * @param credentials absent to come as this service
     * @param asService whether the tenant may
     */
    static AzureLogin of(@Nullable BackendCredentials credentials, boolean asService) throws RemoteException {
        if (credentials != null) {
            return new AzureLogin(new Client(
                    id(credentials, "tenant_id"), id(credentials, "client_id"), credentials.require("client_secret")));
        }
        if (!asService) {
            throw new RemoteException(
                    RemoteFailure.MISCONFIGURED,
                    "a secret with a client_id is needed: this tenant does not come as the service itself");
        }
        return new AzureLogin(null);
    }

    private static String id(BackendCredentials credentials, String member) throws RemoteException {
        String id = credentials.require(member);
        if (!ID.matcher(id).matches()) {
            throw BackendCredentials.unusable("its " + member + " is not an id of Azure's");
        }
        return id;
    }

    /** One that has no token yet. */
    TokenCredential credential(AzurePlace place, HttpClient login) {
        return client == null
                ? new VaultOnlyCredential(own(), place.service(), null)
                : new VaultOnlyCredential(client.credential(place, login), place.service(), client.tenantId());
    }

    /** A workload identity, a managed identity, or what the environment names; not, as by default, a developer's logins besides. */
    private static TokenCredential own() {
        Configuration environment = Configuration.getGlobalConfiguration().clone();
        if (environment.get("AZURE_TOKEN_CREDENTIALS") == null) {
            environment.put("AZURE_TOKEN_CREDENTIALS", "prod");
        }
        return new DefaultAzureCredentialBuilder().configuration(environment).build();
    }

    /** An application of a tenant of Azure's. */
    record Client(String tenantId, String id, String secret) {
        TokenCredential credential(AzurePlace place, HttpClient login) {
            return new ClientSecretCredentialBuilder()
                    .configuration(Configuration.NONE)
                    .authorityHost(place.login().toString())
                    .tenantId(tenantId)
                    .clientId(id)
                    .clientSecret(secret)
                    .httpClient(login)
                    .retryOptions(AzureService.once())
                    .httpLogOptions(AzureService.silent())
                    .disableInstanceDiscovery()
                    .build();
        }

        @Override
        public String toString() {
            return "[redacted]";
        }
    }
}
