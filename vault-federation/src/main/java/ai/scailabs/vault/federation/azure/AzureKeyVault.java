package ai.scailabs.vault.federation.azure;

import ai.scailabs.vault.federation.remote.AccessProbe;
import ai.scailabs.vault.federation.remote.BackendConfig;
import ai.scailabs.vault.federation.remote.BackendCredentials;
import ai.scailabs.vault.federation.remote.NamedVersions;
import ai.scailabs.vault.federation.remote.RemoteCalls;
import ai.scailabs.vault.federation.remote.RemoteCopy;
import ai.scailabs.vault.federation.remote.RemoteDescription;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.RemoteSecret;
import ai.scailabs.vault.federation.remote.RemoteValues;
import ai.scailabs.vault.federation.remote.RemoteVault;
import ai.scailabs.vault.federation.remote.RemoteVersion;
import ai.scailabs.vault.federation.remote.Unanswered;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.outbound.azure.GuardedAzureClient;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import com.azure.core.http.rest.PagedIterable;
import com.azure.core.http.rest.PagedResponse;
import com.azure.core.util.Context;
import com.azure.security.keyvault.secrets.SecretClient;
import com.azure.security.keyvault.secrets.models.KeyVaultSecret;
import com.azure.security.keyvault.secrets.models.SecretProperties;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Secrets of one Key Vault. Azure takes a name in small letters and in capitals for the same, which would be several paths of ours for one secret, and a rule against one of them none against the others: here names have small letters
 * only. Versions are named there, and are numbered by when they were made; the current one is the last, whether it is enabled or not. Thread-safe.
 */
public final class AzureKeyVault implements RemoteVault {
    private static final int MOST_BYTES = 4 * 1024 * 1024;
    private static final int MOST_VERSIONS = 10_000;
    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,127}");
    private static final Pattern PREFIX = Pattern.compile("[a-z0-9-]{0,127}");

    private final @Nullable BackendCredentials credentials;
    private final AzurePlace place;
    private final AzureService service;
    private final RemoteCalls calls;

    private AzureKeyVault(
            @Nullable BackendCredentials credentials, AzurePlace place, AzureService service, RemoteCalls calls) {
        this.credentials = credentials;
        this.place = place;
        this.service = service;
        this.calls = calls;
    }

    /**
     * Asks nobody yet. The credentials are the vault's from here on, if it opens.
     *
     * @param asService whether the tenant may come as this service
     * @throws RemoteException {@link RemoteFailure#MISCONFIGURED}, {@link RemoteFailure#CREDENTIALS_UNUSABLE}
     */
    public static AzureKeyVault open(
            BackendConfig.Azure config,
            @Nullable BackendCredentials credentials,
            boolean asService,
            GuardedTransfers transfers,
            AzureEndpoints endpoints,
            Duration patience)
            throws RemoteException {
        AzurePlace place = AzurePlace.of(config.vaultUrl());
        AzureLogin login = AzureLogin.of(credentials, asService);
        GuardedAzureClient carrier = new GuardedAzureClient(transfers.whole(MOST_BYTES), patience);
        return new AzureKeyVault(
                credentials, place, new AzureService(place, login, endpoints, carrier), new RemoteCalls(patience));
    }

    @Override
    public void probe(List<String> prefixes) throws RemoteException {
        if (!prefixes.stream().allMatch(prefix -> PREFIX.matcher(prefix).matches())) {
            throw new RemoteException(
                    RemoteFailure.MISCONFIGURED,
                    "a prefix is no beginning of a name there: small letters, digits and '-'");
        }
        AccessProbe.probe(
                calls,
                prefixes,
                turn -> page(turn, SecretClient::listPropertiesOfSecrets, null),
                (turn, name) -> turn.ask(() -> service.ask(client -> client.getSecret(name))));
    }

    @Override
    public RemoteSecret read(String name, @Nullable Integer version) throws RemoteException {
        requireName(name);
        return calls.once(turn -> version == null ? current(turn, name) : numbered(turn, name, version));
    }

    private RemoteSecret current(RemoteCalls.Turn turn, String name) throws RemoteException {
        KeyVaultSecret answer = value(turn, name, null);
        return new RemoteSecret(
                named(answer.getProperties(), name, true).version(), RemoteValues.ofText(answer.getValue()));
    }

    private RemoteSecret numbered(RemoteCalls.Turn turn, String name, int number) throws RemoteException {
        NamedVersions all = new NamedVersions(all(turn, name));
        NamedVersions.Named version = all.find(number)
                .orElseThrow(() -> new RemoteException(RemoteFailure.VERSION_NOT_FOUND, "no version of that number"));
        if (version.goneAt() != null) {
            throw new RemoteException(RemoteFailure.VERSION_NOT_FOUND, "the version is disabled there");
        }
        if (version.current()) {
            // Of two that were made in one second only the vault knows which is the current one.
            RemoteSecret current = current(turn, name);
            if (current.version().number() == number) {
                return current;
            }
            current.close();
        }
        KeyVaultSecret answer = value(turn, name, version.id());
        if (!named(answer.getProperties(), name, false).id().equals(version.id())) {
            throw Unanswered.notUnderstood("another version than was asked for");
        }
        return new RemoteSecret(version.version(), RemoteValues.ofText(answer.getValue()));
    }

    private KeyVaultSecret value(RemoteCalls.Turn turn, String name, @Nullable String id) throws RemoteException {
        KeyVaultSecret answer = turn.ask(() -> service.ask(
                client -> client.getSecretWithResponse(name, id, Context.NONE).getValue()));
        if (answer == null || answer.getProperties() == null || answer.getValue() == null) {
            throw Unanswered.notUnderstood("a version without a value");
        }
        return answer;
    }

    private NamedVersions.Named named(SecretProperties version, String name, boolean current) throws RemoteException {
        AzurePlace.Named named =
                version.getId() == null ? null : place.named(version.getId()).orElse(null);
        if (named == null || !named.name().equals(name) || named.version().isEmpty()) {
            throw Unanswered.notUnderstood("another version than was asked for");
        }
        if (version.getCreatedOn() == null) {
            throw Unanswered.notUnderstood("a version without a date");
        }
        Instant createdAt = version.getCreatedOn().toInstant();
        boolean disabled = Boolean.FALSE.equals(version.isEnabled());
        return new NamedVersions.Named(named.version(), createdAt, current, disabled ? changedAt(version) : null);
    }

    /** When something was last said of it; for one that is disabled that is when it was, at the latest. */
    private static Instant changedAt(SecretProperties version) {
        OffsetDateTime updated = version.getUpdatedOn();
        return updated == null ? version.getCreatedOn().toInstant() : updated.toInstant();
    }

    private static void tell(SecretProperties version, List<String> tags, Map<String, String> labels) {
        Map<String, String> told = version.getTags() == null ? Map.of() : version.getTags();
        told.forEach((tag, value) -> {
            if (value == null || value.isEmpty()) {
                tags.add(tag);
            } else {
                labels.put(tag, value);
            }
        });
    }

    /** One answer holds both. */
    @Override
    public RemoteCopy copy(String name) throws RemoteException {
        requireName(name);
        return calls.once(turn -> {
            KeyVaultSecret answer = value(turn, name, null);
            Map<String, String> labels = new HashMap<>();
            List<String> tags = new ArrayList<>();
            tell(answer.getProperties(), tags, labels);
            return new RemoteCopy(
                    new RemoteSecret(
                            named(answer.getProperties(), name, true).version(),
                            RemoteValues.ofText(answer.getValue())),
                    RemoteDescription.metadataJson(null, tags, labels),
                    null);
        });
    }

    /**
     * Azure compares nothing; what the version before is asked for shows whether it is the one that was seen. What is said of a secret is said of its version there: the next one has the tags and the type of the one before, and neither
     * its end nor that it is disabled. Bytes have no form of their own, and are written as the object.
     */
    @Override
    public void write(String name, SensitiveBytes data, @Nullable RemoteVersion seen) throws RemoteException {
        requireName(name);
        KeyVaultSecret next = new KeyVaultSecret(name, RemoteValues.toText(data.expose()));
        calls.once(turn -> {
            if (seen != null) {
                next.setProperties(kept(turn, name, seen));
            }
            return service.write(
                    client -> client.setSecretWithResponse(next, Context.NONE).getStatusCode());
        });
    }

    private SecretProperties kept(RemoteCalls.Turn turn, String name, RemoteVersion seen) throws RemoteException {
        SecretProperties before;
        try {
            before = value(turn, name, null).getProperties();
        } catch (RemoteException refused) {
            if (refused.failure().isAnswer()) {
                throw new RemoteException(RemoteFailure.CHANGED, "what was seen is deleted there, or disabled");
            }
            throw refused;
        }
        if (named(before, name, true).number() != seen.number()) {
            throw new RemoteException(RemoteFailure.CHANGED, "there is another version than was seen");
        }
        return new SecretProperties().setTags(before.getTags()).setContentType(before.getContentType());
    }

    @Override
    public RemoteDescription describe(String name) throws RemoteException {
        requireName(name);
        return calls.paging(turn -> {
            List<SecretProperties> properties = properties(turn, name);
            NamedVersions versions = new NamedVersions(named(properties, name));
            List<RemoteVersion> all = versions.newestFirst();
            SecretProperties last = properties.getLast();
            Map<String, String> labels = new HashMap<>();
            List<String> tags = new ArrayList<>();
            tell(last, tags, labels);
            return new RemoteDescription(
                    all.getFirst(),
                    all.getLast().createdAt(),
                    changedAt(last),
                    all.size(),
                    all.getLast().number(),
                    null,
                    tags,
                    labels);
        });
    }

    @Override
    public List<RemoteVersion> versions(String name) throws RemoteException {
        requireName(name);
        return calls.paging(turn -> new NamedVersions(all(turn, name)).newestFirst());
    }

    private List<NamedVersions.Named> all(RemoteCalls.Turn turn, String name) throws RemoteException {
        return named(properties(turn, name), name);
    }

    private List<NamedVersions.Named> named(List<SecretProperties> versions, String name) throws RemoteException {
        List<NamedVersions.Named> named = new ArrayList<>();
        for (int i = 0; i < versions.size(); i++) {
            named.add(named(versions.get(i), name, i == versions.size() - 1));
        }
        return named;
    }

    /** Of every version, the current one last; there is at least one. */
    private List<SecretProperties> properties(RemoteCalls.Turn turn, String name) throws RemoteException {
        List<SecretProperties> versions = new ArrayList<>();
        String link = null;
        do {
            PagedResponse<SecretProperties> page =
                    page(turn, client -> client.listPropertiesOfSecretVersions(name), link);
            for (SecretProperties version : page.getValue()) {
                // Refused here where it is none.
                named(version, name, false);
                versions.add(version);
            }
            if (versions.size() > MOST_VERSIONS) {
                throw new RemoteException(RemoteFailure.TOO_LARGE, "more than " + MOST_VERSIONS + " versions");
            }
            link = next(link, page.getContinuationToken());
        } while (link != null);
        if (versions.isEmpty()) {
            throw new RemoteException(RemoteFailure.NOT_FOUND, "no secret of that name");
        }
        versions.sort(Comparator.comparing(SecretProperties::getCreatedOn));
        return versions;
    }

    @Override
    public List<String> names(String prefix, boolean deep, int most) throws RemoteException {
        if (!PREFIX.matcher(prefix).matches()) {
            return List.of();
        }
        return calls.paging(turn -> {
            Set<String> names = new LinkedHashSet<>();
            String link = null;
            do {
                PagedResponse<SecretProperties> page = page(turn, SecretClient::listPropertiesOfSecrets, link);
                for (SecretProperties secret : page.getValue()) {
                    Optional.ofNullable(secret.getId())
                            .flatMap(place::named)
                            .map(AzurePlace.Named::name)
                            .filter(name -> name.startsWith(prefix))
                            .ifPresent(names::add);
                }
                if (names.size() > most) {
                    throw new RemoteException(RemoteFailure.TOO_LARGE, "more than " + most + " secrets");
                }
                link = next(link, page.getContinuationToken());
            } while (link != null);
            return List.copyOf(names);
        });
    }

    /** One, and none that follows it: these are asked for by links that were looked at. */
    private PagedResponse<SecretProperties> page(
            RemoteCalls.Turn turn, Function<SecretClient, PagedIterable<SecretProperties>> list, @Nullable String link)
            throws RemoteException {
        return turn.ask(() -> service.ask(client -> {
            PagedIterable<SecretProperties> pages = list.apply(client);
            Iterator<PagedResponse<SecretProperties>> from =
                    (link == null ? pages.iterableByPage() : pages.iterableByPage(link)).iterator();
            return from.next();
        }));
    }

    private @Nullable String next(@Nullable String before, @Nullable String after) throws RemoteException {
        if (after == null || after.isEmpty()) {
            return null;
        }
        if (after.equals(before)) {
            throw Unanswered.notUnderstood("a page that leads to itself");
        }
        if (!place.holds(after)) {
            throw Unanswered.notUnderstood("a page that leads elsewhere");
        }
        return after;
    }

    private static void requireName(String name) throws RemoteException {
        if (!NAME.matcher(name).matches()) {
            throw new RemoteException(
                    RemoteFailure.NOT_FOUND, "no secret has that name here: small letters, digits and '-'");
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
