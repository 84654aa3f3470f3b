package ai.scailabs.vault.federation.aws;

import ai.scailabs.vault.federation.remote.BackendCredentials;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.kernel.id.TenantId;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;
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
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/** As whom AWS is asked: by an access key or as this service, and by a role that is taken so. */
final class AwsIdentity implements AutoCloseable {
    private static final Pattern ROLE =
            Pattern.compile("arn:aws[a-z-]{0,16}:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]{1,512}");

    private final AwsCredentialsProvider base;
    private final @Nullable StsClient sts;
    private final @Nullable StsAssumeRoleCredentialsProvider role;

    private AwsIdentity(
            AwsCredentialsProvider base, @Nullable StsClient sts, @Nullable StsAssumeRoleCredentialsProvider role) {
        this.base = base;
        this.sts = sts;
        this.role = role;
    }

    /**
     * @param credentials absent to come as this service
     * @param tenant whose id is the external id of the role
     * @param asService whether the tenant may come as this service
     * @param http to ask for a role with
     */
    static AwsIdentity of(
            @Nullable BackendCredentials credentials,
            TenantId tenant,
            boolean asService,
            Region region,
            URI stsEndpoint,
            SdkHttpClient http,
            ClientOverrideConfiguration calls)
            throws RemoteException {
        Optional<String> arn = credentials == null ? Optional.empty() : credentials.find("role_arn");
        if (arn.isPresent() && !ROLE.matcher(arn.get()).matches()) {
            throw BackendCredentials.unusable("its role_arn is not the ARN of a role");
        }
        AwsCredentialsProvider base = base(credentials, arn.isPresent(), asService);
        if (arn.isEmpty()) {
            return new AwsIdentity(base, null, null);
        }
        StsClient sts = StsClient.builder()
                .region(region)
                .endpointOverride(stsEndpoint)
                .credentialsProvider(base)
                .httpClient(http)
                .overrideConfiguration(calls)
                .build();
        StsAssumeRoleCredentialsProvider role = StsAssumeRoleCredentialsProvider.builder()
                .stsClient(sts)
                .refreshRequest(request ->
                        request.roleArn(arn.get()).roleSessionName("scaivault").externalId(tenant.value()))
                .build();
        return new AwsIdentity(base, sts, role);
    }

    private static AwsCredentialsProvider base(
            @Nullable BackendCredentials credentials, boolean forARole, boolean asService) throws RemoteException {
        Optional<String> id = credentials == null ? Optional.empty() : credentials.find("access_key_id");
        Optional<String> secret = credentials == null ? Optional.empty() : credentials.find("secret_access_key");
        Optional<String> session = credentials == null ? Optional.empty() : credentials.find("session_token");
        if (id.isPresent() && secret.isPresent()) {
            AwsCredentials keys = session.isPresent()
                    ? AwsSessionCredentials.create(id.get(), secret.get(), session.get())
                    : AwsBasicCredentials.create(id.get(), secret.get());
            return StaticCredentialsProvider.create(keys);
        }
        if (id.isPresent() || secret.isPresent()) {
            throw BackendCredentials.unusable("it has access_key_id or secret_access_key without the other");
        }
        if (session.isPresent()) {
            throw BackendCredentials.unusable("it has a session_token without an access_key_id");
        }
        if (credentials != null && !forARole) {
            throw BackendCredentials.unusable("it has neither access_key_id nor role_arn");
        }
        if (!asService) {
            throw new RemoteException(
                    RemoteFailure.MISCONFIGURED,
                    "a secret with an access_key_id is needed: this tenant does not come as the service itself");
        }
        return new Own(DefaultCredentialsProvider.builder().build());
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
    static final class Absent extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
