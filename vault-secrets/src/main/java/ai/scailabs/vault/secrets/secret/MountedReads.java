package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.secrets.mount.Mount;
import ai.scailabs.vault.secrets.mount.MountedDescription;
import ai.scailabs.vault.secrets.mount.MountedValue;
import ai.scailabs.vault.secrets.mount.MountedVersion;
import ai.scailabs.vault.secrets.mount.Mounts;
import ai.scailabs.vault.secrets.secret.SecretReads.Standing;
import ai.scailabs.vault.secrets.version.VersionPage;
import ai.scailabs.vault.secrets.version.VersionView;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads of paths that are mounted. The other vault may take seconds, in which a right may be withdrawn and a mount be changed: so both are looked at once more before anything is given away, and what was read of a mount that is another by then is forgotten: the methods answer null then, and are asked again. Its secrets are all of the type
 * {@code json}, as their values are objects and nothing else is said of them there.
 */
final class MountedReads {
    private static final int MAX_ATTEMPTS = 4;
    private static final String NO_METADATA = "{}";
    /** Who wrote a version there is not known here. */
    private static final String SOMEBODY = "external";

    private final SecretReads reads;
    private final PermitCheck permits;
    private final Mounts mounts;

    MountedReads(SecretReads reads, PermitCheck permits, Mounts mounts) {
        this.reads = reads;
        this.permits = permits;
        this.mounts = mounts;
    }

    @Nullable
    RevealedSecret read(Permit permit, SecretPath path, Mount mount, @Nullable Integer version) {
        MountedValue value = mount.read(permit.actor().identity(), path, version);
        boolean still = false;
        try {
            still = isStill(permit, path, mount);
        } finally {
            if (!still) {
                value.close();
            }
        }
        return still ? revealed(path, mount, value) : null;
    }

    /** Of a value whose reader may have it. */
    static RevealedSecret revealed(SecretPath path, Mount mount, MountedValue value) {
        SecretView view =
                SecretView.of(path, mount.source(), value.version(), NO_METADATA, value.createdAt(), value.createdAt());
        return new RevealedSecret(view, value.createdAt(), value.data(), false, null);
    }

    @Nullable
    MetadataView metadata(Permit permit, SecretPath path, Mount mount) {
        MountedDescription known = mount.describe(path);
        if (!isStill(permit, path, mount)) {
            return null;
        }
        return new MetadataView(
                SecretView.of(path, mount.source(), known), known.versionCount(), known.oldestVersion());
    }

    @Nullable
    VersionPage versions(Permit permit, SecretPath path, Mount mount, int limit, @Nullable Integer afterVersion) {
        List<MountedVersion> all = mount.versions(path);
        if (!isStill(permit, path, mount)) {
            return null;
        }
        List<VersionView> left = all.stream()
                .filter(version -> afterVersion == null || version.number() < afterVersion)
                .limit(limit + 1L)
                .map(MountedReads::view)
                .toList();
        return left.size() <= limit
                ? new VersionPage(left, null, mount.source())
                : new VersionPage(left.subList(0, limit), left.get(limit - 1).version(), mount.source());
    }

    private static VersionView view(MountedVersion version) {
        boolean gone = version.goneAt() != null;
        return new VersionView(
                version.number(),
                SecretType.JSON.wireName(),
                version.current(),
                version.createdAt(),
                SOMEBODY,
                null,
                null,
                version.goneAt(),
                gone ? SOMEBODY : null,
                null);
    }

    /** @throws VaultException when the right was withdrawn */
    private boolean isStill(Permit permit, SecretPath path, Mount mount) {
        Standing now = reads.standing(permit.owner());
        permits.confirm(permit, now.epoch(), now.active());
        return mount.equals(mounts.at(permit.owner(), now.epoch()).covering(path));
    }

    /**
     * Until the mount is the same before and after, which is nearly always at once.
     *
     * @param attempt null when it is not
     * @throws VaultException {@code service_unavailable}
     */
    static <T> T settled(Supplier<@Nullable T> attempt) {
        for (int i = 0; i < MAX_ATTEMPTS; i++) {
            T outcome = attempt.get();
            if (outcome != null) {
                return outcome;
            }
        }
        throw new VaultException(
                ErrorCode.SERVICE_UNAVAILABLE, "The backend of this path changes faster than it can be read");
    }
}
