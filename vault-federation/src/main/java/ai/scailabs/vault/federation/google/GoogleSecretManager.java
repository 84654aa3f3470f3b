package ai.scailabs.vault.federation.google;

import ai.scailabs.vault.federation.remote.AccessProbe;
import ai.scailabs.vault.federation.remote.BackendConfig;
import ai.scailabs.vault.federation.remote.BackendCredentials;
import ai.scailabs.vault.federation.remote.RemoteCalls;
import ai.scailabs.vault.federation.remote.RemoteDescription;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.RemoteSecret;
import ai.scailabs.vault.federation.remote.RemoteVault;
import ai.scailabs.vault.federation.remote.RemoteVersion;
import ai.scailabs.vault.federation.remote.Unanswered;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.outbound.google.GuardedGoogleTransport;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import com.google.cloud.secretmanager.v1.AddSecretVersionRequest;
import com.google.cloud.secretmanager.v1.CreateSecretRequest;
import com.google.cloud.secretmanager.v1.GetSecretRequest;
import com.google.cloud.secretmanager.v1.ListSecretsRequest;
import com.google.cloud.secretmanager.v1.ListSecretsResponse;
import com.google.cloud.secretmanager.v1.Replication;
import com.google.cloud.secretmanager.v1.Secret;
import com.google.cloud.secretmanager.v1.SecretManagerServiceClient;
import com.google.cloud.secretmanager.v1.SecretPayload;
import com.google.cloud.secretmanager.v1.SecretVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Secrets of one project, of one region or of none. Versions are counted there. The current one is the last that was made, whatever became of it. A value comes without its date, so that a version is asked for first, and then what it
 * holds; that takes both {@code secretmanager.versions.get} and {@code secretmanager.versions.access}. Thread-safe.
 */
public final class GoogleSecretManager implements RemoteVault {
    private static final int MOST_BYTES = 4 * 1024 * 1024;

    private final @Nullable BackendCredentials credentials;
    private final GoogleNames resources;
    private final GoogleService service;
    private final GoogleVersions versions;
    private final RemoteCalls calls;

    private GoogleSecretManager(
            @Nullable BackendCredentials credentials, GoogleNames resources, GoogleService service, RemoteCalls calls) {
        this.credentials = credentials;
        this.resources = resources;
        this.service = service;
        this.versions = new GoogleVersions(resources, service);
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

    @Override
    public void probe(List<String> prefixes) throws RemoteException {
        if (!prefixes.stream().allMatch(GoogleNames::isPrefix)) {
            throw new RemoteException(RemoteFailure.MISCONFIGURED, "a prefix is no beginning of a name there");
        }
        AccessProbe.probe(calls, prefixes, turn -> page(turn, "", 1), versions::latest);
    }

    @Override
    public RemoteSecret read(String name, @Nullable Integer version) throws RemoteException {
        GoogleNames.requireName(name);
        return calls.once(turn -> {
            RemoteVersion latest = versions.latest(turn, name);
            RemoteVersion wanted = version == null || version == latest.number()
                    ? latest
                    : versions.earlier(turn, name, version, latest);
            if (wanted.goneAt() != null) {
                throw new RemoteException(
                        RemoteFailure.VERSION_NOT_FOUND, "the version is disabled there, or destroyed");
            }
            return new RemoteSecret(wanted, versions.value(turn, name, wanted.number()));
        });
    }

    /**
     * Google compares no versions: what came between the last look and this is replaced, and stays as an earlier version. A secret is made before its value: one that has none, since that failed or it was made by others for others to
     * fill, counts as not there.
     */
    @Override
    public void write(String name, SensitiveBytes data, @Nullable RemoteVersion seen) throws RemoteException {
        GoogleNames.requireName(name);
        SecretPayload payload = GoogleVersions.payload(data);
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
            versions.latest(turn, name);
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
            List<RemoteVersion> all = versions.all(turn, name);
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
                    ? GoogleVersions.instant(secret.getCreateTime())
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
        Secret secret = service.ask(
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
            List<RemoteVersion> all = versions.all(turn, name);
            if (all.isEmpty()) {
                throw new RemoteException(RemoteFailure.NOT_FOUND, "the secret has no value");
            }
            return all;
        });
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
                ListSecretsResponse page = page(turn, token, GoogleService.PAGE);
                for (Secret secret : page.getSecretsList()) {
                    resources
                            .nameOf(secret.getName())
                            .filter(name -> name.startsWith(prefix))
                            .ifPresent(names::add);
                }
                if (names.size() > most) {
                    throw new RemoteException(RemoteFailure.TOO_LARGE, "more than " + most + " secrets");
                }
                token = GoogleService.next(token, page.getNextPageToken());
            } while (!token.isEmpty());
            return List.copyOf(names);
        });
    }

    private ListSecretsResponse page(RemoteCalls.Turn turn, String token, int most) throws RemoteException {
        try {
            return service.ask(
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

    @Override
    public void close() {
        service.close();
        if (credentials != null) {
            credentials.close();
        }
    }
}
