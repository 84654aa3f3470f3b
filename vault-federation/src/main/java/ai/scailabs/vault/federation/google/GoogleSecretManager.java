package ai.scailabs.vault.federation.google;

import ai.scailabs.vault.federation.remote.BackendConfig;
import ai.scailabs.vault.federation.remote.BackendCredentials;
import ai.scailabs.vault.federation.remote.RemoteCalls;
import ai.scailabs.vault.federation.remote.RemoteDescription;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.RemoteSecret;
import ai.scailabs.vault.federation.remote.RemoteValues;
import ai.scailabs.vault.federation.remote.RemoteVault;
import ai.scailabs.vault.federation.remote.RemoteVersion;
import ai.scailabs.vault.federation.remote.Unanswered;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.outbound.google.GuardedGoogleTransport;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import com.google.api.gax.rpc.UnaryCallable;
import com.google.cloud.secretmanager.v1.AccessSecretVersionRequest;
import com.google.cloud.secretmanager.v1.AccessSecretVersionResponse;
import com.google.cloud.secretmanager.v1.AddSecretVersionRequest;
import com.google.cloud.secretmanager.v1.CreateSecretRequest;
import com.google.cloud.secretmanager.v1.GetSecretRequest;
import com.google.cloud.secretmanager.v1.GetSecretVersionRequest;
import com.google.cloud.secretmanager.v1.ListSecretVersionsRequest;
import com.google.cloud.secretmanager.v1.ListSecretVersionsResponse;
import com.google.cloud.secretmanager.v1.ListSecretsRequest;
import com.google.cloud.secretmanager.v1.ListSecretsResponse;
import com.google.cloud.secretmanager.v1.Replication;
import com.google.cloud.secretmanager.v1.Secret;
import com.google.cloud.secretmanager.v1.SecretManagerServiceClient;
import com.google.cloud.secretmanager.v1.SecretPayload;
import com.google.cloud.secretmanager.v1.SecretVersion;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Secrets of one project, of one region or of none. Versions are counted there. The current one is the last that was made, whatever became of it. A value comes without its date, so that a version is asked for first, and then what it
 * holds; that takes both {@code secretmanager.versions.get} and {@code secretmanager.versions.access}. Thread-safe.
 */
public final class GoogleSecretManager implements RemoteVault {
    private static final int MOST_BYTES = 4 * 1024 * 1024;
    /** Annotations may make one of them 16 KiB large, but hardly ever do. */
    private static final int PAGE = 500;

    private static final int MOST_PREFIXES = 5;
    private static final int MOST_VERSIONS = 50_000;

    private final @Nullable BackendCredentials credentials;
    private final GoogleNames resources;
    private final GoogleService service;
    private final RemoteCalls calls;

    private GoogleSecretManager(
            @Nullable BackendCredentials credentials, GoogleNames resources, GoogleService service, RemoteCalls calls) {
        this.credentials = credentials;
        this.resources = resources;
        this.service = service;
        this.calls = calls;
    }

    /**
     * Asks nobody yet. The credentials are the vault's from here on, if it opens.
     *
     * @param asService whether the tenant may come as this service
     * @throws RemoteException {@link RemoteFailure#MISCONFIGURED}, {@link RemoteFailure#CREDENTIALS_UNUSABLE}
     */
    public static GoogleSecretManager open(
            BackendConfig.Google config,
            @Nullable BackendCredentials credentials,
            boolean asService,
            GuardedTransfers transfers,
            GoogleEndpoints endpoints,
            Duration patience)
            throws RemoteException {
        GuardedGoogleTransport transport = new GuardedGoogleTransport(transfers.whole(MOST_BYTES), patience);
        GoogleIdentity identity = GoogleIdentity.of(credentials, asService, endpoints.tokensAt(), transport);
        GoogleService service = new GoogleService(endpoints.secretsOf(config), identity, transport, patience);
        return new GoogleSecretManager(credentials, new GoogleNames(config), service, new RemoteCalls(patience));
    }

    /** Who may not list may still read: then it is asked whether there is something that nobody has. */
    @Override
    public void probe(List<String> prefixes) throws RemoteException {
        if (!prefixes.stream().allMatch(GoogleNames::isPrefix)) {
            throw new RemoteException(RemoteFailure.MISCONFIGURED, "a prefix is no beginning of a name there");
        }
        calls.once(turn -> {
            try {
                return page(turn, "", 1).getSecretsCount();
            } catch (RemoteException refused) {
                if (refused.failure() != RemoteFailure.FORBIDDEN) {
                    throw refused;
                }
                return readsBelow(turn, prefixes, refused);
            }
        });
    }

    private int readsBelow(RemoteCalls.Turn turn, List<String> prefixes, RemoteException refused)
            throws RemoteException {
        for (String prefix : prefixes.stream().limit(MOST_PREFIXES).toList()) {
            try {
                latest(turn, prefix + "probe");
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
        return 0;
    }

    @Override
    public RemoteSecret read(String name, @Nullable Integer version) throws RemoteException {
        GoogleNames.requireName(name);
        return calls.once(turn -> {
            RemoteVersion latest = latest(turn, name);
            RemoteVersion wanted =
                    version == null || version == latest.number() ? latest : earlier(turn, name, version, latest);
            if (wanted.goneAt() != null) {
                throw new RemoteException(
                        RemoteFailure.VERSION_NOT_FOUND, "the version is disabled there, or destroyed");
            }
            return new RemoteSecret(wanted, value(turn, name, wanted.number()));
        });
    }

    private RemoteVersion latest(RemoteCalls.Turn turn, String name) throws RemoteException {
        SecretVersion latest = described(turn, name, GoogleNames.LATEST);
        return version(latest, resources.numberOf(latest.getName(), name), true);
    }

    private SecretVersion described(RemoteCalls.Turn turn, String name, String version) throws RemoteException {
        try {
            return asked(
                    turn,
                    SecretManagerServiceClient::getSecretVersionCallable,
                    GetSecretVersionRequest.newBuilder()
                            .setName(resources.version(name, version))
                            .build());
        } catch (RemoteException refused) {
            if (refused.failure() == RemoteFailure.FORBIDDEN) {
                // Whoever may see the value is often given that right alone.
                throw new RemoteException(
                        RemoteFailure.FORBIDDEN,
                        refused.getMessage() + ": it takes secretmanager.versions.get besides versions.access");
            }
            throw refused;
        }
    }

    private RemoteVersion earlier(RemoteCalls.Turn turn, String name, int number, RemoteVersion latest)
            throws RemoteException {
        if (number < 1 || number > latest.number()) {
            throw new RemoteException(RemoteFailure.VERSION_NOT_FOUND, "no version of that number");
        }
        SecretVersion earlier;
        try {
            earlier = described(turn, name, String.valueOf(number));
        } catch (RemoteException refused) {
            if (refused.failure() == RemoteFailure.NOT_FOUND) {
                throw new RemoteException(RemoteFailure.VERSION_NOT_FOUND, "no version of that number");
            }
            throw refused;
        }
        requireNumber(number, earlier.getName(), name);
        return version(earlier, number, false);
    }

    private SensitiveBytes value(RemoteCalls.Turn turn, String name, int number) throws RemoteException {
        AccessSecretVersionResponse answer;
        try {
            answer = asked(
                    turn,
                    SecretManagerServiceClient::accessSecretVersionCallable,
                    AccessSecretVersionRequest.newBuilder()
                            .setName(resources.version(name, String.valueOf(number)))
                            .build());
        } catch (RemoteException refused) {
            if (refused.failure() == RemoteFailure.NOT_FOUND) {
                throw new RemoteException(RemoteFailure.VERSION_NOT_FOUND, "the version has vanished");
            }
            throw refused;
        }
        requireNumber(number, answer.getName(), name);
        if (!answer.hasPayload()) {
            throw Unanswered.notUnderstood("a version without a value");
        }
        return data(answer.getPayload());
    }

    private static SensitiveBytes data(SecretPayload payload) throws RemoteException {
        byte[] bytes = payload.getData().toByteArray();
        try {
            if (payload.hasDataCrc32C() && payload.getDataCrc32C() != checksum(bytes)) {
                throw Unanswered.notUnderstood("a value that does not fit its checksum");
            }
            return RemoteValues.ofBytes(bytes);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static long checksum(byte[] bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes);
        return sum.getValue();
    }

    private void requireNumber(int number, String resource, String name) throws RemoteException {
        if (resources.numberOf(resource, name) != number) {
            throw Unanswered.notUnderstood("another version than was asked for");
        }
    }

    /** It is not told since when one is disabled: not before it was made. */
    private static RemoteVersion version(SecretVersion version, int number, boolean current) throws RemoteException {
        if (!version.hasCreateTime()) {
            throw Unanswered.notUnderstood("a version without a date");
        }
        Instant createdAt = instant(version.getCreateTime());
        Instant goneAt = switch (version.getState()) {
            case ENABLED -> null;
            case DESTROYED -> version.hasDestroyTime() ? instant(version.getDestroyTime()) : createdAt;
            case DISABLED, STATE_UNSPECIFIED, UNRECOGNIZED -> createdAt;
        };
        return new RemoteVersion(number, current, createdAt, goneAt);
    }

    private static Instant instant(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }

    /**
     * Google compares no versions: what came between the last look and this is replaced, and stays as an earlier version. A secret is made before its value: one that has none, since that failed or it was made by others for others to
     * fill, counts as not there.
     */
    @Override
    public void write(String name, SensitiveBytes data, @Nullable RemoteVersion seen) throws RemoteException {
        GoogleNames.requireName(name);
        SecretPayload payload = payload(data);
        calls.once(turn -> {
            if (seen == null) {
                make(turn, name);
            }
            return add(name, payload);
        });
    }

    private SecretVersion add(String name, SecretPayload payload) throws RemoteException {
        try {
            return service.write(
                    SecretManagerServiceClient::addSecretVersionCallable,
                    AddSecretVersionRequest.newBuilder()
                            .setParent(resources.secret(name))
                            .setPayload(payload)
                            .build());
        } catch (RemoteException refused) {
            throw refused.failure() == RemoteFailure.NOT_FOUND
                    ? new RemoteException(RemoteFailure.CHANGED, "what was seen is deleted there")
                    : refused;
        }
    }

    private static SecretPayload payload(SensitiveBytes data) {
        byte[] bytes = RemoteValues.toPayload(data.expose());
        try {
            return SecretPayload.newBuilder()
                    .setData(ByteString.copyFrom(bytes))
                    .setDataCrc32C(checksum(bytes))
                    .build();
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private void make(RemoteCalls.Turn turn, String name) throws RemoteException {
        Secret.Builder secret = Secret.newBuilder();
        if (!resources.isRegional()) {
            secret.setReplication(Replication.newBuilder()
                    .setAutomatic(Replication.Automatic.getDefaultInstance())
                    .build());
        }
        try {
            service.write(
                    SecretManagerServiceClient::createSecretCallable,
                    CreateSecretRequest.newBuilder()
                            .setParent(resources.parent())
                            .setSecretId(name)
                            .setSecret(secret)
                            .build());
        } catch (RemoteException refused) {
            if (refused.failure() == RemoteFailure.NOT_FOUND) {
                throw noSuchProject();
            }
            if (refused.failure() != RemoteFailure.CHANGED || hasValue(turn, name)) {
                throw refused;
            }
        }
    }

    private boolean hasValue(RemoteCalls.Turn turn, String name) throws RemoteException {
        try {
            latest(turn, name);
            return true;
        } catch (RemoteException refused) {
            if (refused.failure() == RemoteFailure.NOT_FOUND) {
                return false;
            }
            throw refused;
        }
    }

    @Override
    public RemoteDescription describe(String name) throws RemoteException {
        GoogleNames.requireName(name);
        return calls.paging(turn -> {
            Secret secret = described(turn, name);
            List<RemoteVersion> all = all(turn, name);
            if (all.isEmpty()) {
                throw new RemoteException(RemoteFailure.NOT_FOUND, "the secret has no value");
            }
            Map<String, String> labels = new HashMap<>();
            List<String> tags = new ArrayList<>();
            secret.getLabelsMap().forEach((label, value) -> {
                if (value.isEmpty()) {
                    tags.add(label);
                } else {
                    labels.put(label, value);
                }
            });
            Instant createdAt = secret.hasCreateTime()
                    ? instant(secret.getCreateTime())
                    : all.getLast().createdAt();
            return new RemoteDescription(
                    all.getFirst(),
                    createdAt,
                    all.getFirst().createdAt(),
                    all.size(),
                    all.getLast().number(),
                    null,
                    tags,
                    labels);
        });
    }

    private Secret described(RemoteCalls.Turn turn, String name) throws RemoteException {
        Secret secret = asked(
                turn,
                SecretManagerServiceClient::getSecretCallable,
                GetSecretRequest.newBuilder().setName(resources.secret(name)).build());
        if (!resources.nameOf(secret.getName()).equals(Optional.of(name))) {
            throw Unanswered.notUnderstood("another secret than was asked for");
        }
        return secret;
    }

    @Override
    public List<RemoteVersion> versions(String name) throws RemoteException {
        GoogleNames.requireName(name);
        return calls.paging(turn -> {
            List<RemoteVersion> all = all(turn, name);
            if (all.isEmpty()) {
                throw new RemoteException(RemoteFailure.NOT_FOUND, "the secret has no value");
            }
            return all;
        });
    }

    private List<RemoteVersion> all(RemoteCalls.Turn turn, String name) throws RemoteException {
        List<RemoteVersion> versions = new ArrayList<>();
        String token = "";
        do {
            ListSecretVersionsResponse page = asked(
                    turn,
                    SecretManagerServiceClient::listSecretVersionsCallable,
                    ListSecretVersionsRequest.newBuilder()
                            .setParent(resources.secret(name))
                            .setPageSize(PAGE)
                            .setPageToken(token)
                            .build());
            for (SecretVersion version : page.getVersionsList()) {
                versions.add(version(version, resources.numberOf(version.getName(), name), false));
            }
            if (versions.size() > MOST_VERSIONS) {
                throw new RemoteException(RemoteFailure.TOO_LARGE, "more than " + MOST_VERSIONS + " versions");
            }
            token = next(token, page.getNextPageToken());
        } while (!token.isEmpty());
        versions.sort(Comparator.comparingInt(RemoteVersion::number).reversed());
        if (!versions.isEmpty()) {
            RemoteVersion last = versions.getFirst();
            versions.set(0, new RemoteVersion(last.number(), true, last.createdAt(), last.goneAt()));
        }
        return List.copyOf(versions);
    }

    /** Google's own filter has words and small letters in mind: all are asked for. */
    @Override
    public List<String> names(String prefix, boolean deep, int most) throws RemoteException {
        if (!GoogleNames.isPrefix(prefix)) {
            return List.of();
        }
        return calls.paging(turn -> {
            Set<String> names = new LinkedHashSet<>();
            String token = "";
            do {
                ListSecretsResponse page = page(turn, token, PAGE);
                for (Secret secret : page.getSecretsList()) {
                    resources
                            .nameOf(secret.getName())
                            .filter(name -> name.startsWith(prefix))
                            .ifPresent(names::add);
                }
                if (names.size() > most) {
                    throw new RemoteException(RemoteFailure.TOO_LARGE, "more than " + most + " secrets");
                }
                token = next(token, page.getNextPageToken());
            } while (!token.isEmpty());
            return List.copyOf(names);
        });
    }

    private ListSecretsResponse page(RemoteCalls.Turn turn, String token, int most) throws RemoteException {
        try {
            return asked(
                    turn,
                    SecretManagerServiceClient::listSecretsCallable,
                    ListSecretsRequest.newBuilder()
                            .setParent(resources.parent())
                            .setPageSize(most)
                            .setPageToken(token)
                            .build());
        } catch (RemoteException refused) {
            if (refused.failure() == RemoteFailure.NOT_FOUND) {
                throw noSuchProject();
            }
            throw refused;
        }
    }

    private static RemoteException noSuchProject() {
        return new RemoteException(RemoteFailure.MISCONFIGURED, "there is no such project");
    }

    private static String next(String before, String after) throws RemoteException {
        if (!after.isEmpty() && after.equals(before)) {
            throw Unanswered.notUnderstood("a page that leads to itself");
        }
        return after;
    }

    private <Q, R> R asked(
            RemoteCalls.Turn turn, Function<SecretManagerServiceClient, UnaryCallable<Q, R>> operation, Q request)
            throws RemoteException {
        return turn.ask(() -> service.ask(operation, request));
    }

    @Override
    public void close() {
        service.close();
        if (credentials != null) {
            credentials.close();
        }
    }
}
