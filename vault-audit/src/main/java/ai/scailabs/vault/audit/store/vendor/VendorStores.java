package ai.scailabs.vault.audit.store.vendor;

import ai.scailabs.vault.audit.store.Destination;
import ai.scailabs.vault.audit.store.ObjectStore;
import ai.scailabs.vault.audit.store.ObjectStores;
import ai.scailabs.vault.audit.store.StoreCredentials;
import ai.scailabs.vault.audit.store.StoreTimes;
import ai.scailabs.vault.audit.store.azure.AzureObjectStore;
import ai.scailabs.vault.audit.store.gcs.GcsObjectStore;
import ai.scailabs.vault.audit.store.s3.S3ObjectStore;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import java.security.SecureRandom;
import java.util.Set;

/**
 * Opens buckets of S3, Google Cloud Storage and Azure Blob Storage. The service's own identity is the operator's: with it a tenant reaches only buckets that the operator has named, at the
 * vendor's own endpoint, where no token of it can be caught. Thread-safe.
 */
public final class VendorStores implements ObjectStores {
    private final GuardedTransfers transfers;
    private final StoreTimes times;
    private final Set<String> ownIdentity;
    private final SecureRandom random;

    /**
     * @param transfers carries all requests
     * @param ownIdentity the buckets that every tenant may write to as this service: {@code s3:acme-audit}, {@code gcs:acme-audit}, {@code azure_blob:account/container}
     */
    public VendorStores(GuardedTransfers transfers, StoreTimes times, Set<String> ownIdentity, SecureRandom random) {
        this.transfers = transfers;
        this.times = times;
        this.ownIdentity = Set.copyOf(ownIdentity);
        this.random = random;
    }

    @Override
    public ObjectStore open(Destination destination, StoreCredentials credentials, TenantId tenant) {
        try {
            requireAllowed(destination, credentials);
            return switch (destination) {
                case Destination.S3 s3 -> S3ObjectStore.open(s3, credentials, tenant, transfers, times);
                case Destination.Gcs gcs -> GcsObjectStore.open(gcs, credentials, transfers, times);
                case Destination.AzureBlob azure -> AzureObjectStore.open(azure, credentials, transfers, times, random);
            };
        } catch (RuntimeException refused) {
            credentials.close();
            throw refused;
        }
    }

    private void requireAllowed(Destination destination, StoreCredentials credentials) {
        boolean fits = switch (credentials) {
            case StoreCredentials.WorkloadIdentity _ -> ownIdentity.contains(name(destination));
            case StoreCredentials.S3 _ -> destination instanceof Destination.S3;
            case StoreCredentials.Gcs _ -> destination instanceof Destination.Gcs;
            case StoreCredentials.AzureBlob _ -> destination instanceof Destination.AzureBlob;
        };
        if (!fits) {
            throw VaultException.invalidField(
                    "destination.credentials_path", "is needed: the service does not write to this bucket as itself");
        }
        if (destination.endpoint() != null && isOwn(credentials)) {
            throw VaultException.invalidField(
                    "destination.endpoint", "cannot be chosen where the service writes as itself");
        }
    }

    /** Also when it is only the way to a role: the request for that would go to the endpoint. */
    private static boolean isOwn(StoreCredentials credentials) {
        return credentials instanceof StoreCredentials.WorkloadIdentity
                || (credentials instanceof StoreCredentials.S3 keys
                        && keys.accessKeyId().isEmpty());
    }

    /** As the operator names a bucket that is written to as this service: {@code s3:acme-audit}. */
    public static String name(Destination destination) {
        String bucket = destination.type() + ":";
        return destination instanceof Destination.AzureBlob azure
                ? bucket + azure.account() + "/" + azure.bucket()
                : bucket + destination.bucket();
    }
}
