package ai.scailabs.vault.audit.store.s3;

import ai.scailabs.vault.audit.store.Destination;
import ai.scailabs.vault.audit.store.StoreCredentials;
import ai.scailabs.vault.kernel.id.TenantId;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.StsClientBuilder;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/** Where AWS's SDK takes credentials from. */
final class S3Credentials implements AutoCloseable {
    private final AwsCredentialsProvider base;
    private final @Nullable StsClient sts;
    private final @Nullable StsAssumeRoleCredentialsProvider role;

    private S3Credentials(
            AwsCredentialsProvider base, @Nullable StsClient sts, @Nullable StsAssumeRoleCredentialsProvider role) {
        this.base = base;
        this.sts = sts;
        this.role = role;
    }

    /**
     * @param http to ask for a role with
     * @param calls of STS
     */
    static S3Credentials of(
            StoreCredentials credentials,
            Destination.S3 destination,
            TenantId tenant,
            SdkHttpClient http,
            ClientOverrideConfiguration calls) {
        if (!(credentials instanceof StoreCredentials.S3 known)) {
            return new S3Credentials(ambient(), null, null);
        }
        AwsCredentialsProvider base =
                known.accessKeyId().isPresent() ? StaticCredentialsProvider.create(keys(known)) : ambient();
        if (known.roleArn().isEmpty()) {
            return new S3Credentials(base, null, null);
        }
        StsClientBuilder builder = StsClient.builder()
                .region(Region.of(destination.region()))
                .credentialsProvider(base)
                .httpClient(http)
                .overrideConfiguration(calls);
        if (destination.endpoint() != null) {
            builder.endpointOverride(destination.endpoint());
        }
        StsClient sts = builder.build();
        StsAssumeRoleCredentialsProvider role = StsAssumeRoleCredentialsProvider.builder()
                .stsClient(sts)
                .refreshRequest(request -> request.roleArn(known.roleArn().get())
                        .roleSessionName("scaivault")
                        .externalId(tenant.value()))
                .build();
        return new S3Credentials(base, sts, role);
    }

    private static AwsCredentials keys(StoreCredentials.S3 known) {
        String id = StoreCredentials.revealed(known.accessKeyId().orElseThrow());
        String secret = StoreCredentials.revealed(known.secretAccessKey().orElseThrow());
        return known.sessionToken().isPresent()
                ? AwsSessionCredentials.create(
                        id,
                        secret,
                        StoreCredentials.revealed(known.sessionToken().get()))
                : AwsBasicCredentials.create(id, secret);
    }

    private static AwsCredentialsProvider ambient() {
        return new Ambient(DefaultCredentialsProvider.builder().build());
    }

    AwsCredentialsProvider provider() {
        return role == null ? base : role;
    }

    @Override
    public void close() {
        if (role != null) {
            role.close();
        }
        if (sts != null) {
            sts.close();
        }
        if (base instanceof SdkAutoCloseable held) {
            held.close();
        }
    }

    /** The service's own identity, whose absence can be told from other failures. */
    private record Ambient(DefaultCredentialsProvider found) implements AwsCredentialsProvider, SdkAutoCloseable {
        @Override
        public AwsCredentials resolveCredentials() {
            try {
                return found.resolveCredentials();
            } catch (SdkClientException none) {
                throw new Absent();
            }
        }

        @Override
        public void close() {
            found.close();
        }
    }

    /** The service has no identity where it runs. */
    static final class Absent extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
