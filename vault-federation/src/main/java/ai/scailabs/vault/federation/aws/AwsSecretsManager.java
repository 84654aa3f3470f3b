package ai.scailabs.vault.federation.aws;

import ai.scailabs.vault.federation.remote.AccessProbe;
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
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.secretsmanager.model.DescribeSecretResponse;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueResponse;
import software.amazon.awssdk.services.secretsmanager.model.ListSecretsResponse;
import software.amazon.awssdk.services.secretsmanager.model.SecretListEntry;
import software.amazon.awssdk.services.secretsmanager.model.Tag;

/**
 * Secrets of one region and account. AWS takes an id for a name, an ARN or a part of one, so that only what can be a name is asked for, and every answer must bear that name. Versions are named there, and are numbered by when
 * they were made. Thread-safe.
 */
public final class AwsSecretsManager implements RemoteVault {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9/_+=.@-]{1,512}");
    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9/_+=.@-]{0,512}");

    private final @Nullable BackendCredentials credentials;
    private final AwsService service;
    private final RemoteCalls calls;

    private AwsSecretsManager(@Nullable BackendCredentials credentials, AwsService service, RemoteCalls calls) {
        this.credentials = credentials;
        this.service = service;
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
        AwsService service = AwsService.open(config, credentials, tenant, asService, transfers, endpoints, patience);
        return new AwsSecretsManager(credentials, service, new RemoteCalls(patience));
    }

    @Override
    public void probe(List<String> prefixes) throws RemoteException {
        for (String prefix : prefixes) {
            if (!PREFIX.matcher(prefix).matches()) {
                throw new RemoteException(RemoteFailure.MISCONFIGURED, "a prefix is no beginning of a name there");
            }
        }
        String common = prefixes.size() == 1 ? prefixes.getFirst() : "";
        AccessProbe.probe(calls, prefixes, turn -> service.page(turn, common, null, 1), service::value);
    }

    @Override
    public RemoteSecret read(String name, @Nullable Integer version) throws RemoteException {
        requireName(name);
        return calls.once(turn -> version == null ? current(turn, name) : earlier(turn, name, version));
    }

    private RemoteSecret current(RemoteCalls.Turn turn, String name) throws RemoteException {
        return current(service.value(turn, name));
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
        NamedVersions.Named version = service.versions(turn, name)
                .find(number)
                .orElseThrow(() -> new RemoteException(RemoteFailure.VERSION_NOT_FOUND, "no version of that number"));
        GetSecretValueResponse answer;
        try {
            answer = service.value(turn, name, version.id());
        } catch (RemoteException refused) {
            if (refused.failure() == RemoteFailure.NOT_FOUND && !isDeleted(turn, name)) {
                throw new RemoteException(RemoteFailure.VERSION_NOT_FOUND, "the version has no value any more");
            }
            throw refused;
        }
        return new RemoteSecret(version.version(), data(answer));
    }

    private boolean isDeleted(RemoteCalls.Turn turn, String name) throws RemoteException {
        try {
            service.described(turn, name);
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
                return seen == null ? service.create(name, text, bytes) : service.put(name, text, bytes);
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
            DescribeSecretResponse secret = service.described(turn, name);
            NamedVersions versions = service.versions(turn, name);
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
            GetSecretValueResponse answer = service.value(turn, name);
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
            return service.described(turn, name);
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

    @Override
    public List<RemoteVersion> versions(String name) throws RemoteException {
        requireName(name);
        return calls.paging(turn -> {
            service.described(turn, name);
            return service.versions(turn, name).newestFirst();
        });
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
            if (version.getValue().contains(AwsService.CURRENT)) {
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
                ListSecretsResponse page = service.page(turn, prefix, token, AwsService.PAGE);
                for (SecretListEntry secret : page.secretList()) {
                    shown(secret, prefix, deep).ifPresent(name -> found.putIfAbsent(name, secret));
                }
                if (found.size() > most) {
                    throw new RemoteException(RemoteFailure.TOO_LARGE, "more than " + most + " secrets");
                }
                token = AwsService.next(token, page.nextToken());
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

    private static void requireName(String name) throws RemoteException {
        if (!NAME.matcher(name).matches()) {
            throw new RemoteException(RemoteFailure.NOT_FOUND, "no secret can have that name there");
        }
    }

    @Override
    public void close() {
        service.close();
        if (credentials != null) {
            credentials.close();
        }
    }
}
