package ai.scailabs.vault.federation.aws;

import ai.scailabs.vault.federation.remote.BackendConfig;
import ai.scailabs.vault.federation.remote.BackendCredentials;
import ai.scailabs.vault.federation.remote.NamedVersions;
import ai.scailabs.vault.federation.remote.RemoteCalls;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.Unanswered;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.outbound.aws.AwsIdentity;
import ai.scailabs.vault.outbound.aws.GuardedSdkClient;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.OutboundTls;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.model.DescribeSecretResponse;
import software.amazon.awssdk.services.secretsmanager.model.FilterNameStringType;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueResponse;
import software.amazon.awssdk.services.secretsmanager.model.ListSecretVersionIdsResponse;
import software.amazon.awssdk.services.secretsmanager.model.ListSecretsRequest;
import software.amazon.awssdk.services.secretsmanager.model.ListSecretsResponse;
import software.amazon.awssdk.services.secretsmanager.model.SecretVersionsListEntry;
import software.amazon.awssdk.services.sts.StsClient;

/** AWS's own client of one region: each call is made once, each answer is about what was asked for, each refusal is a {@link RemoteException}. Thread-safe. */
final class AwsService implements AutoCloseable {
    /** The stage of the version that is read when none is named. */
    static final String CURRENT = "AWSCURRENT";

    static final int PAGE = 100;

    private static final int MOST_BYTES = 4 * 1024 * 1024;

    private final AwsIdentity identity;
    private final SecretsManagerClient client;

    private AwsService(AwsIdentity identity, SecretsManagerClient client) {
        this.identity = identity;
        this.client = client;
    }

    /** @throws RemoteException {@link RemoteFailure#MISCONFIGURED}, {@link RemoteFailure#CREDENTIALS_UNUSABLE} */
    static AwsService open(
            BackendConfig.Aws config,
            @Nullable BackendCredentials credentials,
            TenantId tenant,
            boolean asService,
            GuardedTransfers transfers,
            AwsEndpoints endpoints,
            Duration patience)
            throws RemoteException {
        if (credentials == null && config.endpoint() != null) {
            // Whoever chose it would be shown this service's token.
            throw new RemoteException(
                    RemoteFailure.MISCONFIGURED, "an endpoint cannot be chosen where the service comes as itself");
        }
        GuardedTransfers whole = transfers.whole(MOST_BYTES);
        GuardedSdkClient http = new GuardedSdkClient(trusting(whole, config.caCertificate()), patience);
        Region region = Region.of(config.region());
        ClientOverrideConfiguration once = ClientOverrideConfiguration.builder()
                .retryStrategy(AwsRetryStrategy.doNotRetry())
                .defaultProfileFile(ProfileFile.aggregator().build())
                .build();
        URI sts = chosen(null, endpoints.sts(), StsClient.serviceMetadata().endpointFor(region));
        AwsLogin login = AwsLogin.of(credentials, asService);
        AwsIdentity identity = login.roleArn() == null
                ? AwsIdentity.of(login.keys())
                : AwsIdentity.ofRole(
                        login.keys(),
                        login.roleArn(),
                        tenant.value(),
                        region,
                        sts,
                        new GuardedSdkClient(whole, patience),
                        once);
        SecretsManagerClient client = SecretsManagerClient.builder()
                .region(region)
                .endpointOverride(chosen(
                        config.endpoint(),
                        endpoints.secrets(),
                        SecretsManagerClient.serviceMetadata().endpointFor(region)))
                .credentialsProvider(identity.provider())
                .httpClient(http)
                .overrideConfiguration(once)
                .build();
        return new AwsService(identity, client);
    }

    private static URI chosen(@Nullable URI first, @Nullable URI second, URI own) {
        URI chosen = first == null ? second : first;
        return chosen != null ? chosen : own.getScheme() == null ? URI.create("https://" + own) : own;
    }

    private static GuardedTransfers trusting(GuardedTransfers transfers, @Nullable String authorities)
            throws RemoteException {
        try {
            return authorities == null ? transfers : transfers.trusting(OutboundTls.only(authorities));
        } catch (IOException unusable) {
            throw new RemoteException(RemoteFailure.MISCONFIGURED, "ca_certificate cannot be used");
        }
    }

    /** The current version of exactly that name. */
    GetSecretValueResponse value(RemoteCalls.Turn turn, String name) throws RemoteException {
        GetSecretValueResponse answer = asked(turn, own -> own.getSecretValue(request -> request.secretId(name)));
        requireSame(name, answer.name());
        return answer;
    }

    /** Exactly that version of exactly that name. */
    GetSecretValueResponse value(RemoteCalls.Turn turn, String name, String version) throws RemoteException {
        GetSecretValueResponse answer = asked(
                turn,
                own -> own.getSecretValue(request -> request.secretId(name).versionId(version)));
        requireSame(name, answer.name());
        if (!version.equals(answer.versionId())) {
            throw Unanswered.notUnderstood("another version than was asked for");
        }
        return answer;
    }

    /** What is told of exactly that name, if it is not to be deleted. */
    DescribeSecretResponse described(RemoteCalls.Turn turn, String name) throws RemoteException {
        DescribeSecretResponse secret = asked(turn, own -> own.describeSecret(request -> request.secretId(name)));
        requireSame(name, secret.name());
        if (secret.deletedDate() != null) {
            throw new RemoteException(RemoteFailure.NOT_FOUND, "the secret is to be deleted there");
        }
        return secret;
    }

    NamedVersions versions(RemoteCalls.Turn turn, String name) throws RemoteException {
        List<NamedVersions.Named> versions = new ArrayList<>();
        String token = null;
        do {
            String from = token;
            ListSecretVersionIdsResponse page = asked(
                    turn,
                    own -> own.listSecretVersionIds(request -> request.secretId(name)
                            .includeDeprecated(true)
                            .maxResults(PAGE)
                            .nextToken(from)));
            requireSame(name, page.name());
            for (SecretVersionsListEntry entry : page.versions()) {
                if (entry.versionId() != null && entry.createdDate() != null) {
                    boolean current = entry.versionStages().contains(CURRENT);
                    versions.add(new NamedVersions.Named(entry.versionId(), entry.createdDate(), current, null));
                }
            }
            token = next(token, page.nextToken());
        } while (token != null);
        return new NamedVersions(versions);
    }

    /** AWS's filter finds words within names, and small letters as well: what comes is to be looked through. */
    ListSecretsResponse page(RemoteCalls.Turn turn, String prefix, @Nullable String token, int most)
            throws RemoteException {
        ListSecretsRequest.Builder request =
                ListSecretsRequest.builder().maxResults(most).nextToken(token);
        if (!prefix.isEmpty()) {
            request.filters(filter -> filter.key(FilterNameStringType.NAME).values(prefix));
        }
        ListSecretsRequest built = request.build();
        return asked(turn, own -> own.listSecrets(built));
    }

    /** @return where the page after the next begins, or null at the end */
    static @Nullable String next(@Nullable String before, @Nullable String after) throws RemoteException {
        if (after != null && after.equals(before)) {
            throw Unanswered.notUnderstood("a page that leads to itself");
        }
        return after == null || after.isEmpty() ? null : after;
    }

    /** One of the two values is given. */
    boolean create(String name, @Nullable String text, @Nullable SdkBytes bytes) throws RemoteException {
        return written(own -> own.createSecret(
                request -> request.name(name).secretString(text).secretBinary(bytes)));
    }

    /** One of the two values is given. */
    boolean put(String name, @Nullable String text, @Nullable SdkBytes bytes) throws RemoteException {
        return written(own -> own.putSecretValue(
                request -> request.secretId(name).secretString(text).secretBinary(bytes)));
    }

    private boolean written(Function<SecretsManagerClient, SdkResponse> call) throws RemoteException {
        try {
            return call.apply(client).sdkHttpResponse().isSuccessful();
        } catch (RuntimeException failed) {
            throw AwsRefusal.ofWriting(failed);
        }
    }

    private static void requireSame(String name, @Nullable String answered) throws RemoteException {
        if (answered == null) {
            throw Unanswered.notUnderstood("a secret without a name");
        }
        if (!answered.equals(name)) {
            throw new RemoteException(RemoteFailure.NOT_FOUND, "no secret of exactly that name");
        }
    }

    private <T> T asked(RemoteCalls.Turn turn, Function<SecretsManagerClient, T> call) throws RemoteException {
        return turn.ask(() -> {
            try {
                return call.apply(client);
            } catch (RuntimeException failed) {
                throw AwsRefusal.of(failed);
            }
        });
    }

    @Override
    public void close() {
        client.close();
        identity.close();
    }
}
