package ai.scailabs.vault.federation.vendor;

import ai.scailabs.vault.federation.aws.AwsEndpoints;
import ai.scailabs.vault.federation.aws.AwsSecretsManager;
import ai.scailabs.vault.federation.azure.AzureEndpoints;
import ai.scailabs.vault.federation.azure.AzureKeyVault;
import ai.scailabs.vault.federation.google.GoogleEndpoints;
import ai.scailabs.vault.federation.google.GoogleSecretManager;
import ai.scailabs.vault.federation.hashicorp.HashiCorpVault;
import ai.scailabs.vault.federation.remote.BackendConfig;
import ai.scailabs.vault.federation.remote.BackendCredentials;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteVault;
import ai.scailabs.vault.federation.remote.RemoteVaults;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Opens vaults by the libraries of their vendors. No class of a vendor is loaded before one is opened. Thread-safe. */
public final class VendorVaults implements RemoteVaults {
    private final GuardedTransfers transfers;
    private final Set<TenantId> asService;
    private final Duration patience;
    private final Clock clock;

    /**
     * @param asService the tenants that may come as this service itself
     * @param patience the most that one call may take
     */
    public VendorVaults(GuardedTransfers transfers, Set<TenantId> asService, Duration patience, Clock clock) {
        this.transfers = transfers;
        this.asService = Set.copyOf(asService);
        this.patience = patience;
        this.clock = clock;
    }

    @Override
    public RemoteVault open(BackendConfig config, @Nullable BackendCredentials credentials, TenantId tenant)
            throws RemoteException {
        boolean itself = asService.contains(tenant);
        return switch (config) {
            case BackendConfig.Aws aws ->
                AwsSecretsManager.open(aws, credentials, tenant, itself, transfers, AwsEndpoints.PUBLIC, patience);
            case BackendConfig.HashiCorp hashiCorp ->
                HashiCorpVault.open(hashiCorp, credentials, itself, transfers, patience, clock);
            case BackendConfig.Azure azure ->
                AzureKeyVault.open(azure, credentials, itself, transfers, AzureEndpoints.PUBLIC, patience);
            case BackendConfig.Google google ->
                GoogleSecretManager.open(google, credentials, itself, transfers, GoogleEndpoints.PUBLIC, patience);
        };
    }
}
