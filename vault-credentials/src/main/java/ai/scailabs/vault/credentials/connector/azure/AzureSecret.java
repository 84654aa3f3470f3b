package ai.scailabs.vault.credentials.connector.azure;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;

/**
 * What an application logs in with. To be closed.
 *
 * @param clientId of the application
 * @param value which Entra ID tells once
 */
public record AzureSecret(String tenantId, String clientId, SensitiveBytes value) implements AutoCloseable {
    @Override
    public void close() {
        value.close();
    }

    @Override
    public String toString() {
        return "AzureSecret[" + clientId + "]";
    }
}
