package ai.scailabs.vault.federation.proxy;

import ai.scailabs.vault.federation.backend.Backend;
import ai.scailabs.vault.federation.mapping.MappingRule;
import ai.scailabs.vault.federation.remote.RemoteDescription;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.RemoteSecret;
import ai.scailabs.vault.federation.remote.RemoteVault;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.secrets.mount.Mount;
import ai.scailabs.vault.secrets.mount.MountSource;
import ai.scailabs.vault.secrets.mount.MountedDescription;
import ai.scailabs.vault.secrets.mount.MountedValue;
import ai.scailabs.vault.secrets.mount.MountedVersion;
import ai.scailabs.vault.secrets.mount.Passage;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** The paths of one rule of a backend: read there while it is read live, and written there while it is copied and lets itself be written. */
final class RuleMount implements Mount, Passage {
    /** Of one beginning. */
    private static final int MOST_PATHS = 10_000;

    private final Backend backend;
    private final MappingRule rule;
    private final OpenVaults vaults;
    private final LastCopies copies;
    private final MountSource source;

    RuleMount(Backend backend, MappingRule rule, OpenVaults vaults, LastCopies copies) {
        this.backend = backend;
        this.rule = rule;
        this.vaults = vaults;
        this.copies = copies;
        this.source = new MountSource(backend.text(), backend.name());
    }

    boolean isWritable() {
        return backend.copying() != null && backend.copying().writeThrough() && !isReadLive();
    }

    boolean isReadLive() {
        return backend.isReadLive();
    }

    @Override
    public MountSource source() {
        return source;
    }

    @Override
    public boolean covers(String path) {
        return rule.covers(path);
    }

    @Override
    public String prefix() {
        return rule.localPrefix();
    }

    @Override
    public MountedValue read(IdentityId reader, SecretPath path, @Nullable Integer version) {
        String name = name(path);
        try {
            RemoteSecret secret = vaults.of(backend).read(reader, name, version);
            return new MountedValue(secret.version().number(), secret.version().createdAt(), secret.data());
        } catch (RemoteException failed) {
            throw ProxyRefusals.of(failed, backend, path, version);
        }
    }

    @Override
    public MountedDescription describe(SecretPath path) {
        String name = name(path);
        try {
            RemoteDescription known = vaults.of(backend).call(vault -> vault.describe(name));
            return new MountedDescription(
                    known.current().number(),
                    known.versionCount(),
                    known.oldestVersion(),
                    known.metadataJson(),
                    known.createdAt(),
                    known.updatedAt());
        } catch (RemoteException failed) {
            throw ProxyRefusals.of(failed, backend, path, null);
        }
    }

    @Override
    public List<MountedVersion> versions(SecretPath path) {
        String name = name(path);
        try {
            return vaults.of(backend).call(vault -> vault.versions(name)).stream()
                    .map(version -> new MountedVersion(
                            version.number(), version.current(), version.createdAt(), version.goneAt()))
                    .toList();
        } catch (RemoteException failed) {
            throw ProxyRefusals.of(failed, backend, path, null);
        }
    }

    @Override
    public List<SecretPath> paths(String prefix) {
        String own = rule.localPrefix();
        if (!prefix.startsWith(own) && !own.startsWith(prefix)) {
            return List.of();
        }
        String carried = prefix.length() > own.length() && !rule.isExact() ? prefix.substring(own.length()) : "";
        try {
            List<String> names = vaults.of(backend)
                    .call(vault -> vault.names(rule.remotePrefix() + carried, rule.isTree(), MOST_PATHS));
            return names.stream()
                    .map(rule::toLocal)
                    .flatMap(Optional::stream)
                    .filter(path -> path.value().startsWith(prefix))
                    .toList();
        } catch (RemoteException failed) {
            throw ProxyRefusals.of(failed, backend);
        }
    }

    @Override
    public void write(SecretPath path, SensitiveBytes data, IntSupplier here) {
        String name = rule.toRemote(path)
                .orElseThrow(() -> VaultException.invalidField("path", "is no name of a secret in the other vault"));
        try {
            vaults.of(backend).call(vault -> written(vault, name, path, data));
        } catch (RemoteException failed) {
            throw ProxyRefusals.ofWriting(failed, backend, path);
        }
        copies.note(backend, path, data, here.getAsInt());
    }

    private String written(RemoteVault vault, String name, SecretPath path, SensitiveBytes data)
            throws RemoteException {
        try (RemoteSecret now = current(vault, name)) {
            if (!copies.areStill(backend, path, now)) {
                throw new RemoteException(RemoteFailure.CHANGED, "what lies there is not what was copied last");
            }
            vault.write(name, data, now == null ? null : now.version());
            return name;
        }
    }

    private static @Nullable RemoteSecret current(RemoteVault vault, String name) throws RemoteException {
        try {
            return vault.read(name, null);
        } catch (RemoteException failed) {
            if (failed.failure() == RemoteFailure.NOT_FOUND) {
                return null;
            }
            throw failed;
        }
    }

    /** Of a path that no secret there can have, the other vault is not asked. */
    private String name(SecretPath path) {
        return rule.toRemote(path).orElseThrow(() -> ProxyRefusals.notFound(path));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RuleMount that
                && backend.id().equals(that.backend.id())
                && backend.revision() == that.backend.revision()
                && isReadLive() == that.isReadLive()
                && rule.pattern().equals(that.rule.pattern());
    }

    @Override
    public int hashCode() {
        return Objects.hash(backend.id(), backend.revision(), rule.pattern());
    }

    @Override
    public String toString() {
        return rule + " of " + backend;
    }
}
