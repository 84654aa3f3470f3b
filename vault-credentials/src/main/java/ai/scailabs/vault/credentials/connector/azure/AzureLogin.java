package ai.scailabs.vault.credentials.connector.azure;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.util.regex.Pattern;

/** An application of a tenant of Entra ID, as which Azure is asked. Owns the secret, which {@link #close()} wipes. Not thread-safe. */
public record AzureLogin(String tenantId, String clientId, SensitiveBytes clientSecret) implements AutoCloseable {
    private static final Pattern ID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    /** Whether it is an id of Azure's. */
    public static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    @Override
    public void close() {
        clientSecret.close();
    }

    @Override
    public String toString() {
        return "AzureLogin[" + clientId + "]";
    }
}
