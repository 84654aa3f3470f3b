package ai.scailabs.vault.federation.aws;

import ai.scailabs.vault.federation.remote.BackendConfig;
import ai.scailabs.vault.federation.remote.BackendCredentials;
import ai.scailabs.vault.federation.remote.NamedVersions;
import ai.scailabs.vault.federation.remote.RemoteCalls;
import ai.scailabs.vault.federation.remote.RemoteCopy;
import ai.scailabs.vault.federation.remote.RemoteDescription;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.RemoteName;
import ai.scailabs.vault.federation.remote.RemoteSecret;
import ai.scailabs.vault.federation.remote.RemoteValues;
import ai.scailabs.vault.federation.remote.RemoteVault;
import ai.scailabs.vault.federation.remote.RemoteVersion;
import ai.scailabs.vault.federation.remote.Unanswered;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.outbound.aws.AwsIdentity;
import ai.scailabs.vault.outbound.aws.GuardedSdkClient;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.OutboundTls;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkBytes;
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
import software.amazon.awssdk.services.secretsmanager.model.SecretListEntry;
import software.amazon.awssdk.services.secretsmanager.model.SecretVersionsListEntry;
import software.amazon.awssdk.services.secretsmanager.model.Tag;
import software.amazon.awssdk.services.sts.StsClient;

/**
 * Secrets of one region and account. AWS takes an id for a name, an ARN or a part of one, so that only what can be a name is asked for, and every answer must bear that name. Versions are named there, and are numbered by when
 * they were made. Thread-safe.
 */
public final class AwsSecretsManager implements RemoteVault {
    private static final int MOST_BYTES = 4 * 1024 * 1024;
    private static final int PAGE = 100;
    private static final int MOST_PREFIXES = 5;
    private static final String CURRENT = "AWSCURRENT";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9/_+=.@-]{1,512}");
    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9/_+=.@-]{0,512}");

    private final @Nullable BackendCredentials credentials;
    private final AwsIdentity identity;
    private final SecretsManagerClient client;
    private final RemoteCalls calls;

    private AwsSecretsManager(
            @Nullable BackendCredentials credentials,
            AwsIdentity identity,
            SecretsManagerClient client,
            RemoteCalls calls) {
        this.credentials = credentials;
        this.identity = identity;
        this.client = client;
        this.calls = calls;
    }

    /**
     * Asks nobody yet. The credentials are the vault's from here on, if it opens.
     *
     * @param asService whether the tenant may come as this service
     * @throws RemoteException {@link RemoteFailure#MISCONFIGURED}, {@link RemoteFailure#CREDENTIALS_UNUSABLE}
     */
    public static AwsSecretsManager open(
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
        return new AwsSecretsManager(credentials, identity, client, new RemoteCalls(patience));
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

    /** Who may not list may still read: then it is asked whether there is something that nobody has. */
    @Override
    public void probe(List<String> prefixes) throws RemoteException {
        for (String prefix : prefixes) {
            if (!PREFIX.matcher(prefix).matches()) {
                throw new RemoteException(RemoteFailure.MISCONFIGURED, "a prefix is no beginning of a name there");
            }
        }
        calls.once(turn -> {
            try {
                return page(turn, prefixes.size() == 1 ? prefixes.getFirst() : "", null, 1)
                        .hasSecretList();
            } catch (RemoteException refused) {
                if (refused.failure() != RemoteFailure.FORBIDDEN) {
                    throw refused;
                }
                return readsBelow(turn, prefixes, refused);
            }
        });
    }

    private boolean readsBelow(RemoteCalls.Turn turn, List<String> prefixes, RemoteException refused)
            throws RemoteException {
        for (String prefix : prefixes.stream().limit(MOST_PREFIXES).toList()) {
            try {
                turn.ask(() -> asked(() -> client.getSecretValue(request -> request.secretId(prefix + "probe"))));
            } catch (RemoteException answer) {
                if (answer.failure() == RemoteFailure.FORBIDDEN) {
                    throw refused;
                }
                if (!answer.failure().isAnswer()) {
                    throw answer;
                }
            }
        }
        if (prefixes.isEmpty()) {
            throw refused;
        }
        return true;
    }

    @Override
    public RemoteSecret read(String name, @Nullable Integer version) throws RemoteException {
        requireName(name);
        return calls.once(turn -> version == null ? current(turn, name) : earlier(turn, name, version));
    }

    private RemoteSecret current(RemoteCalls.Turn turn, String name) throws RemoteException {
        return current(value(turn, name, null));
    }

    private static RemoteSecret current(GetSecretValueResponse answer) throws RemoteException {
        Instant createdAt = answer.createdDate();
        if (createdAt == null) {
            throw Unanswered.notUnderstood("a version without a date");
        }
        NamedVersions.Named version = new NamedVersions.Named("", createdAt, true, null);
        return new RemoteSecret(version.version(), data(answer));
    }

    private RemoteSecret earlier(RemoteCalls.Turn turn, String name, int number) throws RemoteException {
        NamedVersions.Named version = named(turn, name)
                .find(number)
                .orElseThrow(() -> new RemoteException(RemoteFailure.VERSION_NOT_FOUND, "no version of that number"));
        GetSecretValueResponse answer;
        try {
            answer = value(turn, name, version.id());
        } catch (RemoteException refused) {
            if (refused.failure() == RemoteFailure.NOT_FOUND && !isDeleted(turn, name)) {
                throw new RemoteException(RemoteFailure.VERSION_NOT_FOUND, "the version has no value any more");
            }
            throw refused;
        }
        if (!version.id().equals(answer.versionId())) {
            throw Unanswered.notUnderstood("another version than was asked for");
        }
        return new RemoteSecret(version.version(), data(answer));
    }

    private boolean isDeleted(RemoteCalls.Turn turn, String name) throws RemoteException {
        try {
            described(turn, name);
            return false;
        } catch (RemoteException refused) {
            if (refused.failure() == RemoteFailure.NOT_FOUND) {
                return true;
            }
            if (refused.failure() == RemoteFailure.FORBIDDEN) {
                return false;
            }
            throw refused;
        }
    }

    private GetSecretValueResponse value(RemoteCalls.Turn turn, String name, @Nullable String id)
            throws RemoteException {
        GetSecretValueResponse answer = turn.ask(() -> asked(
                () -> client.getSecretValue(request -> request.secretId(name).versionId(id))));
        requireSame(name, answer.name());
        return answer;
    }

    private static SensitiveBytes data(GetSecretValueResponse answer) throws RemoteException {
        if (answer.secretString() != null) {
            return RemoteValues.ofText(answer.secretString());
        }
        SdkBytes binary = answer.secretBinary();
        if (binary == null) {
            throw Unanswered.notUnderstood("a version without a value");
        }
        return RemoteValues.ofBytes(binary.asByteArray());
    }

    /** AWS compares no versions: what came between the last look and this is replaced, and stays as an earlier version. */
    @Override
    public void write(String name, SensitiveBytes data, @Nullable RemoteVersion seen) throws RemoteException {
        requireName(name);
        byte[] binary = RemoteValues.toBytes(data.expose());
        String text = binary == null ? RemoteValues.toText(data.expose()) : null;
        SdkBytes bytes = binary == null ? null : SdkBytes.fromByteArrayUnsafe(binary);
        calls.once(turn -> {
            try {
                return seen == null
                        ? client.createSecret(request ->
                                        request.name(name).secretString(text).secretBinary(bytes))
                                .sdkHttpResponse()
                                .isSuccessful()
                        : client.putSecretValue(request -> request.secretId(name)
                                        .secretString(text)
                                        .secretBinary(bytes))
                                .sdkHttpResponse()
                                .isSuccessful();
            } catch (RuntimeException failed) {
                throw AwsRefusal.ofWriting(failed);
            } finally {
                if (binary != null) {
                    Arrays.fill(binary, (byte) 0);
                }
            }
        });
    }

    @Override
    public RemoteDescription describe(String name) throws RemoteException {
        requireName(name);
        return calls.paging(turn -> {
            DescribeSecretResponse secret = described(turn, name);
            NamedVersions versions = named(turn, name);
            RemoteVersion current = versions.current()
                    .orElseThrow(() -> new RemoteException(RemoteFailure.NOT_FOUND, "the secret has no value"));
            List<RemoteVersion> all = versions.newestFirst();
            Map<String, String> labels = new HashMap<>();
            List<String> tags = new ArrayList<>();
            tell(secret, tags, labels);
            Instant createdAt = secret.createdDate() == null ? all.getLast().createdAt() : secret.createdDate();
            return new RemoteDescription(
                    current,
                    createdAt,
                    secret.lastChangedDate() == null ? current.createdAt() : secret.lastChangedDate(),
                    all.size(),
                    all.getLast().number(),
                    description(secret),
                    tags,
                    labels);
        });
    }

    private static @Nullable String description(DescribeSecretResponse secret) {
        String description = secret.description();
        return description == null || description.isEmpty() ? null : description;
    }

    private static void tell(DescribeSecretResponse secret, List<String> tags, Map<String, String> labels) {
        for (Tag tag : secret.tags()) {
            if (tag.key() != null && tag.value() != null && !tag.value().isEmpty()) {
                labels.put(tag.key(), tag.value());
            } else if (tag.key() != null) {
                tags.add(tag.key());
            }
        }
    }

    /** Without its versions, which AWS tells to fewer callers at a time than values. */
    @Override
    public RemoteCopy copy(String name) throws RemoteException {
        requireName(name);
        return calls.once(turn -> {
            GetSecretValueResponse answer = value(turn, name, null);
            RemoteSecret secret = current(answer);
            try {
                DescribeSecretResponse told = describedIfAllowed(turn, name);
                return told == null
                        ? new RemoteCopy(secret, RemoteDescription.NOTHING_TOLD, null)
                        : new RemoteCopy(secret, metadataJson(told), mark(answer.versionId(), told.lastChangedDate()));
            } catch (RemoteException | RuntimeException failed) {
                secret.close();
                throw failed;
            }
        });
    }

    private @Nullable DescribeSecretResponse describedIfAllowed(RemoteCalls.Turn turn, String name)
            throws RemoteException {
        try {
            return described(turn, name);
        } catch (RemoteException refused) {
            if (refused.failure() == RemoteFailure.FORBIDDEN) {
                return null;
            }
            throw refused;
        }
    }

    private static String metadataJson(DescribeSecretResponse secret) {
        Map<String, String> labels = new HashMap<>();
        List<String> tags = new ArrayList<>();
        tell(secret, tags, labels);
        return RemoteDescription.metadataJson(description(secret), tags, labels);
    }

    private DescribeSecretResponse described(RemoteCalls.Turn turn, String name) throws RemoteException {
        DescribeSecretResponse secret =
                turn.ask(() -> asked(() -> client.describeSecret(request -> request.secretId(name))));
        requireSame(name, secret.name());
        if (secret.deletedDate() != null) {
            throw new RemoteException(RemoteFailure.NOT_FOUND, "the secret is to be deleted there");
        }
        return secret;
    }

    @Override
    public List<RemoteVersion> versions(String name) throws RemoteException {
        requireName(name);
        return calls.paging(turn -> {
            described(turn, name);
            return named(turn, name).newestFirst();
        });
    }

    private NamedVersions named(RemoteCalls.Turn turn, String name) throws RemoteException {
        List<NamedVersions.Named> versions = new ArrayList<>();
        String token = null;
        do {
            String from = token;
            ListSecretVersionIdsResponse page =
                    turn.ask(() -> asked(() -> client.listSecretVersionIds(request -> request.secretId(name)
                            .includeDeprecated(true)
                            .maxResults(PAGE)
                            .nextToken(from))));
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

    @Override
    public List<String> names(String prefix, boolean deep, int most) throws RemoteException {
        return List.copyOf(found(prefix, deep, most).keySet());
    }

    /** A version never changes its value, and whatever else changes moves the date. */
    @Override
    public List<RemoteName> listed(String prefix, boolean deep, int most) throws RemoteException {
        List<RemoteName> listed = new ArrayList<>();
        found(prefix, deep, most).forEach((name, entry) -> listed.add(new RemoteName(name, mark(entry))));
        return listed;
    }

    private static @Nullable String mark(SecretListEntry entry) {
        for (Map.Entry<String, List<String>> version :
                entry.secretVersionsToStages().entrySet()) {
            if (version.getValue().contains(CURRENT)) {
                return mark(version.getKey(), entry.lastChangedDate());
            }
        }
        return null;
    }

    private static @Nullable String mark(@Nullable String version, @Nullable Instant changedAt) {
        return version == null || changedAt == null ? null : version + "@" + changedAt.toEpochMilli();
    }

    private Map<String, SecretListEntry> found(String prefix, boolean deep, int most) throws RemoteException {
        if (!PREFIX.matcher(prefix).matches()) {
            return Map.of();
        }
        return calls.paging(turn -> {
            Map<String, SecretListEntry> found = new LinkedHashMap<>();
            String token = null;
            do {
                ListSecretsResponse page = page(turn, prefix, token, PAGE);
                for (SecretListEntry secret : page.secretList()) {
                    shown(secret, prefix, deep).ifPresent(name -> found.putIfAbsent(name, secret));
                }
                if (found.size() > most) {
                    throw new RemoteException(RemoteFailure.TOO_LARGE, "more than " + most + " secrets");
                }
                token = next(token, page.nextToken());
            } while (token != null);
            return found;
        });
    }

    /** AWS's filter takes words and small letters as well. */
    private static Optional<String> shown(SecretListEntry secret, String prefix, boolean deep) {
        String name = secret.name();
        if (name == null
                || secret.deletedDate() != null
                || !name.startsWith(prefix)
                || !NAME.matcher(name).matches()) {
            return Optional.empty();
        }
        int slash = name.indexOf('/', prefix.length());
        return Optional.of(deep || slash < 0 ? name : name.substring(0, slash + 1));
    }

    private ListSecretsResponse page(RemoteCalls.Turn turn, String prefix, @Nullable String token, int most)
            throws RemoteException {
        ListSecretsRequest.Builder request =
                ListSecretsRequest.builder().maxResults(most).nextToken(token);
        if (!prefix.isEmpty()) {
            request.filters(filter -> filter.key(FilterNameStringType.NAME).values(prefix));
        }
        ListSecretsRequest built = request.build();
        return turn.ask(() -> asked(() -> client.listSecrets(built)));
    }

    private static @Nullable String next(@Nullable String before, @Nullable String after) throws RemoteException {
        if (after != null && after.equals(before)) {
            throw Unanswered.notUnderstood("a page that leads to itself");
        }
        return after == null || after.isEmpty() ? null : after;
    }

    private static void requireName(String name) throws RemoteException {
        if (!NAME.matcher(name).matches()) {
            throw new RemoteException(RemoteFailure.NOT_FOUND, "no secret can have that name there");
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

    private static <T> T asked(Supplier<T> call) throws RemoteException {
        try {
            return call.get();
        } catch (RuntimeException failed) {
            throw AwsRefusal.of(failed);
        }
    }

    @Override
    public void close() {
        client.close();
        identity.close();
        if (credentials != null) {
            credentials.close();
        }
    }
}
