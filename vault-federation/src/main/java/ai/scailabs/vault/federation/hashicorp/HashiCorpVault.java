package ai.scailabs.vault.federation.hashicorp;

import ai.scailabs.vault.federation.remote.BackendConfig;
import ai.scailabs.vault.federation.remote.BackendCredentials;
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
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.OutboundTls;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Secrets of KV in HashiCorp Vault or OpenBao. A name begins with the path of a mount; in KV of version 2 {@code data/} follows. In KV of version 1 a secret has one version with the number 1,
 * whatever is written over it, which counts as made in {@linkplain Instant#EPOCH 1970}. A secret whose current version is deleted is not found, whichever version is asked for; {@link #names}
 * has it all the same. Thread-safe.
 */
public final class HashiCorpVault implements RemoteVault {
    private static final int MOST_BYTES = 4 * 1024 * 1024;
    private static final RemoteVersion ONLY_VERSION = new RemoteVersion(1, true, Instant.EPOCH, null);

    private final @Nullable BackendCredentials credentials;
    private final TokenSession session;
    private final Mounts mounts;
    private final RemoteCalls calls;
    private final Clock clock;

    private HashiCorpVault(
            @Nullable BackendCredentials credentials,
            TokenSession session,
            Mounts mounts,
            RemoteCalls calls,
            Clock clock) {
        this.credentials = credentials;
        this.session = session;
        this.mounts = mounts;
        this.calls = calls;
        this.clock = clock;
    }

    /**
     * Asks nobody yet. The credentials are the vault's from here on, if it opens.
     *
     * @param asService whether the tenant may come as this service: its own token of Kubernetes is then shown to whatever endpoint the config names
     * @throws RemoteException {@link RemoteFailure#MISCONFIGURED}, {@link RemoteFailure#CREDENTIALS_UNUSABLE}
     */
    public static HashiCorpVault open(
            BackendConfig.HashiCorp config,
            @Nullable BackendCredentials credentials,
            boolean asService,
            GuardedTransfers transfers,
            Duration patience,
            Clock clock)
            throws RemoteException {
        return open(config, credentials, asService ? OwnToken.MOUNTED : null, transfers, patience, clock);
    }

    static HashiCorpVault open(
            BackendConfig.HashiCorp config,
            @Nullable BackendCredentials credentials,
            @Nullable OwnToken ownToken,
            GuardedTransfers transfers,
            Duration patience,
            Clock clock)
            throws RemoteException {
        VaultLogin login = new VaultLogin(config, credentials, ownToken, clock);
        GuardedTransfers whole = trusting(config, transfers).whole(MOST_BYTES);
        VaultServer server = new VaultServer(config.endpoint(), config.namespace(), whole, patience);
        TokenSession session = new TokenSession(server, login, clock);
        Mounts mounts = new Mounts(session, config.kvVersion(), clock);
        return new HashiCorpVault(credentials, session, mounts, new RemoteCalls(patience), clock);
    }

    private static GuardedTransfers trusting(BackendConfig.HashiCorp config, GuardedTransfers transfers)
            throws RemoteException {
        if (!config.tlsVerify()) {
            return transfers.trusting(UnverifiedTls.factory());
        }
        String authorities = config.caCertificate();
        try {
            return authorities == null ? transfers : transfers.trusting(OutboundTls.only(authorities));
        } catch (IOException unusable) {
            throw new RemoteException(RemoteFailure.MISCONFIGURED, "ca_certificate cannot be used");
        }
    }

    @Override
    public void probe(List<String> prefixes) throws RemoteException {
        for (String prefix : prefixes) {
            if (!VaultName.isPrefix(prefix)) {
                throw new RemoteException(
                        RemoteFailure.MISCONFIGURED, "the names do not begin with the path of a mount and a slash");
            }
        }
        mounts.forget();
        calls.once(turn -> {
            for (String prefix : prefixes) {
                mounts.of(turn, prefix).within(prefix);
            }
            return prefixes.isEmpty() ? knows(turn) : true;
        });
    }

    /** Whether the vault knows us. A token that may not look at itself is one all the same. */
    private boolean knows(RemoteCalls.Turn turn) throws RemoteException {
        VaultAnswer answer = session.ask(turn, vault -> vault.auth().lookupSelf());
        RemoteException refused = VaultRefusal.of(answer);
        if (!answer.isSuccess() && refused.failure() != RemoteFailure.FORBIDDEN) {
            throw refused;
        }
        return true;
    }

    @Override
    public RemoteSecret read(String name, @Nullable Integer version) throws RemoteException {
        requireName(name);
        return calls.once(turn -> at(turn, name, mount -> {
            if (!mount.isVersioned()) {
                return only(turn, name, version);
            }
            mount.within(name);
            return version == null ? current(turn, name) : numbered(turn, name, version);
        }));
    }

    /** Of version 1. */
    private RemoteSecret only(RemoteCalls.Turn turn, String name, @Nullable Integer version) throws RemoteException {
        KvValue value = KvValue.of(found(turn, name), false);
        if (value.isLeased()) {
            throw Unanswered.notUnderstood("a value that ends by itself, as none of KV");
        }
        if (version != null && version != 1) {
            throw noSuchVersion();
        }
        return new RemoteSecret(ONLY_VERSION, RemoteValues.ofObject(value.object()));
    }

    private RemoteSecret current(RemoteCalls.Turn turn, String name) throws RemoteException {
        return secret(KvValue.of(found(turn, name), true), true);
    }

    private static RemoteSecret secret(KvValue value, boolean current) throws RemoteException {
        return new RemoteSecret(
                new RemoteVersion(value.version(), current, value.createdAt(), null),
                RemoteValues.ofObject(value.object()));
    }

    /** Which version is the current one is told with that one alone, to whom may read values and not metadata. */
    private RemoteSecret numbered(RemoteCalls.Turn turn, String name, int version) throws RemoteException {
        KvValue current = KvValue.of(found(turn, name), true);
        if (version == current.version()) {
            return secret(current, true);
        }
        if (version < 1 || version > current.version()) {
            throw noSuchVersion();
        }
        VaultAnswer answer = asked(turn, name + "?version=" + version);
        if (!answer.isSuccess()) {
            throw noSuchVersion();
        }
        KvValue value = KvValue.of(answer, true);
        if (value.version() != version) {
            throw Unanswered.notUnderstood("another version than was asked for");
        }
        return secret(value, false);
    }

    /** Of version 2 one answer holds both, and who may read a value need not be allowed its metadata. */
    @Override
    public RemoteCopy copy(String name) throws RemoteException {
        requireName(name);
        return calls.once(turn -> at(turn, name, mount -> {
            if (!mount.isVersioned()) {
                return new RemoteCopy(only(turn, name, null), RemoteDescription.NOTHING_TOLD, null);
            }
            mount.within(name);
            KvValue value = KvValue.of(found(turn, name), true);
            return new RemoteCopy(
                    secret(value, true), RemoteDescription.metadataJson(null, List.of(), value.labels()), null);
        }));
    }

    /** Version 1 of KV compares nothing, and keeps nothing of what was there. Of version 2, a secret that is deleted is there all the same, and is not written to as a new one. */
    @Override
    public void write(String name, SensitiveBytes data, @Nullable RemoteVersion seen) throws RemoteException {
        requireName(name);
        // The caller's may be wiped while this still waits for its turn.
        byte[] object = data.expose().clone();
        calls.once(turn -> {
            try {
                return at(turn, name, mount -> written(turn, mount, name, object, seen));
            } finally {
                Arrays.fill(object, (byte) 0);
            }
        });
    }

    private int written(RemoteCalls.Turn turn, Mount mount, String name, byte[] object, @Nullable RemoteVersion seen)
            throws RemoteException {
        mount.within(name);
        byte[] body = mount.isVersioned() ? KvValue.compared(object, seen == null ? 0 : seen.number()) : object;
        try {
            VaultAnswer answer = session.write(turn, name, body);
            if (!answer.isSuccess() && !answer.isEmptySuccess()) {
                throw VaultRefusal.ofWriting(answer);
            }
            return answer.status();
        } finally {
            Arrays.fill(body, (byte) 0);
        }
    }

    @Override
    public RemoteDescription describe(String name) throws RemoteException {
        requireName(name);
        return calls.once(turn -> at(turn, name, mount -> {
            if (mount.isVersioned()) {
                return metadata(turn, mount, name).description();
            }
            only(turn, name, null).close();
            return new RemoteDescription(ONLY_VERSION, Instant.EPOCH, Instant.EPOCH, 1, 1, null, List.of(), Map.of());
        }));
    }

    @Override
    public List<RemoteVersion> versions(String name) throws RemoteException {
        requireName(name);
        return calls.once(turn -> at(turn, name, mount -> {
            if (mount.isVersioned()) {
                return List.copyOf(metadata(turn, mount, name).newestFirst());
            }
            only(turn, name, null).close();
            return List.of(ONLY_VERSION);
        }));
    }

    private KvMetadata metadata(RemoteCalls.Turn turn, Mount mount, String name) throws RemoteException {
        return KvMetadata.of(found(turn, mount.metadata(name)), clock.instant());
    }

    @Override
    public List<String> names(String prefix, boolean deep, int most) throws RemoteException {
        if (!VaultName.isPrefix(prefix)) {
            return List.of();
        }
        return calls.paging(
                turn -> at(turn, prefix, mount -> new KvNames(session, mount, prefix, deep, most).list(turn)));
    }

    /** A mount that answers strangely may be another by now, and is looked at again by the next call. */
    private <T> T at(RemoteCalls.Turn turn, String name, Step<T> step) throws RemoteException {
        Mount mount = mounts.of(turn, name);
        try {
            return step.at(mount);
        } catch (RemoteException failed) {
            if (failed.failure() == RemoteFailure.MISCONFIGURED || failed.failure() == RemoteFailure.NOT_UNDERSTOOD) {
                mounts.forget();
            }
            throw failed;
        }
    }

    private VaultAnswer found(RemoteCalls.Turn turn, String where) throws RemoteException {
        VaultAnswer answer = asked(turn, where);
        if (!answer.isSuccess()) {
            throw notFound();
        }
        return answer;
    }

    /** A success, or that nothing is there. */
    private VaultAnswer asked(RemoteCalls.Turn turn, String where) throws RemoteException {
        VaultAnswer answer = session.ask(turn, vault -> vault.logical().read(where));
        if (!answer.isSuccess() && !answer.isNotFound()) {
            throw VaultRefusal.of(answer);
        }
        return answer;
    }

    private static void requireName(String name) throws RemoteException {
        if (!VaultName.isName(name)) {
            throw notFound();
        }
    }

    private static RemoteException notFound() {
        return new RemoteException(RemoteFailure.NOT_FOUND, "no secret of the vault has that name");
    }

    private static RemoteException noSuchVersion() {
        return new RemoteException(RemoteFailure.VERSION_NOT_FOUND, "the secret has no such version in the vault");
    }

    @Override
    public void close() {
        session.close();
        if (credentials != null) {
            credentials.close();
        }
    }

    @FunctionalInterface
    private interface Step<T> {
        T at(Mount mount) throws RemoteException;
    }
}
