package ai.scailabs.vault.outbound.aws;

import java.net.URI;
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

/** As whom AWS is asked: by an access key or as this service, and by a role that is taken so. Thread-safe. */
public final class AwsIdentity implements AutoCloseable {
    private final AwsCredentialsProvider base;
    private final @Nullable StsClient sts;
    private final @Nullable StsAssumeRoleCredentialsProvider role;

    private AwsIdentity(
            AwsCredentialsProvider base, @Nullable StsClient sts, @Nullable StsAssumeRoleCredentialsProvider role) {
        this.base = base;
        this.sts = sts;
        this.role = role;
    }

    /** @param keys absent to come as this service, where it runs */
    public static AwsIdentity of(@Nullable AccessKey keys) {
        return new AwsIdentity(base(keys), null, null);
    }

    /**
     * @param keys of who takes the role; absent for this service, where it runs
     * @param arn see {@link RoleArn}
     * @param externalId that the role asks for
     * @param endpoint of STS; null for AWS's own
     * @param http to ask for the role with
     * @param calls of STS
     */
    public static AwsIdentity ofRole(
            @Nullable AccessKey keys,
            String arn,
            String externalId,
            Region region,
            @Nullable URI endpoint,
            SdkHttpClient http,
            ClientOverrideConfiguration calls) {
        AwsCredentialsProvider base = base(keys);
        StsClientBuilder builder = StsClient.builder()
                .region(region)
                .credentialsProvider(base)
                .httpClient(http)
                .overrideConfiguration(calls);
        if (endpoint != null) {
            builder.endpointOverride(endpoint);
        }
        StsClient sts = builder.build();
        StsAssumeRoleCredentialsProvider role = StsAssumeRoleCredentialsProvider.builder()
                .stsClient(sts)
                .refreshRequest(request ->
                        request.roleArn(arn).roleSessionName("scaivault").externalId(externalId))
                .build();
        return new AwsIdentity(base, sts, role);
    }

    private static AwsCredentialsProvider base(@Nullable AccessKey keys) {
        return keys == null
                ? new Own(DefaultCredentialsProvider.builder().build())
                : StaticCredentialsProvider.create(keys.credentials());
    }

    public AwsCredentialsProvider provider() {
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

    /** @param sessionToken for a temporary one */
    public record AccessKey(
            String id, String secret, @Nullable String sessionToken) {
        AwsCredentials credentials() {
            return sessionToken == null
                    ? AwsBasicCredentials.create(id, secret)
                    : AwsSessionCredentials.create(id, secret, sessionToken);
        }

        @Override
        public String toString() {
            return "[redacted]";
        }
    }

    /** The service's own identity, whose absence can be told from other failures. */
    private record Own(DefaultCredentialsProvider found) implements AwsCredentialsProvider, SdkAutoCloseable {
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
    public static final class Absent extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
