package ai.scailabs.vault.audit.store.s3;

import ai.scailabs.vault.audit.store.Destination;
import ai.scailabs.vault.audit.store.StoreCredentials;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.outbound.aws.AwsIdentity;
import ai.scailabs.vault.outbound.aws.AwsIdentity.AccessKey;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.regions.Region;

/** As whom a store in S3 is written to. */
final class S3Credentials {
    private S3Credentials() {}

    /**
     * @param http to ask for a role with
     * @param calls of STS
     */
    static AwsIdentity identity(
            StoreCredentials credentials,
            Destination.S3 destination,
            TenantId tenant,
            SdkHttpClient http,
            ClientOverrideConfiguration calls) {
        if (!(credentials instanceof StoreCredentials.S3 known)) {
            return AwsIdentity.of(null);
        }
        if (known.roleArn().isEmpty()) {
            return AwsIdentity.of(keys(known));
        }
        return AwsIdentity.ofRole(
                keys(known),
                known.roleArn().get(),
                tenant.value(),
                Region.of(destination.region()),
                destination.endpoint(),
                http,
                calls);
    }

    private static @Nullable AccessKey keys(StoreCredentials.S3 known) {
        return known.accessKeyId().isEmpty()
                ? null
                : new AccessKey(
                        StoreCredentials.revealed(known.accessKeyId().get()),
                        StoreCredentials.revealed(known.secretAccessKey().orElseThrow()),
                        known.sessionToken().map(StoreCredentials::revealed).orElse(null));
    }
}
