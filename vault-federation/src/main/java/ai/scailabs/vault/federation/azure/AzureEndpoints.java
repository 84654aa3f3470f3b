package ai.scailabs.vault.federation.azure;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where requests to Azure's hosts are sent instead.
 *
 * @param vault null for where the vault's name leads
 * @param login null for where the name of Entra ID leads
 */
public record AzureEndpoints(@Nullable URI vault, @Nullable URI login) {
    public static final AzureEndpoints PUBLIC = new AzureEndpoints(null, null);
}
