package ai.scailabs.vault.federation.sync;

import ai.scailabs.vault.federation.remote.RemoteCopy;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.RemoteName;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.secrets.secret.Precondition;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Copies one path, or deletes it. It changes nothing here that is not as it was left: what lies at the path and is no copy is compared, taken for one when it is the same, and a conflict when it is not. Thread-safe.
 */
final class PathCopier {
    private static final int OWN_OUTAGE = 503;
    /** Longer than tenants may keep what is deleted. */
    private static final int UNKNOWN_DAYS = 400;

    private final PacedVault vault;
    private final LocalSide local;
    private final Fingerprints fingerprints;
    private final Instant runBegan;
    private final Clock clock;
    private final Ids ids;

    PathCopier(PacedVault vault, LocalSide local, Fingerprints fingerprints, Instant runBegan, Clock clock, Ids ids) {
        this.vault = vault;
        this.local = local;
        this.fingerprints = fingerprints;
        this.runBegan = runBegan;
        this.clock = clock;
        this.ids = ids;
    }

    /**
     * @param known what was noted of it; null for nothing
     * @param conflict that was noted; null for none
     * @throws RemoteException when the vault does not serve
     * @throws VaultException when this service does not
     */
    PathOutcome copy(SecretPath path, RemoteName name, @Nullable Copy known, @Nullable Conflict conflict)
            throws RemoteException {
        if (conflict == null
                && known != null
                && known.state() == Copy.State.COPIED
                && name.mark() != null
                && name.mark().equals(known.mark())) {
            return PathOutcome.unchanged(path);
        }
        PathOutcome outcome;
        try (RemoteCopy remote = vault.call(there -> there.copy(name.name()))) {
            outcome = copy(new Wanted(path, remote), known, conflict);
        } catch (RemoteException failed) {
            outcome = withoutValue(path, known, failed);
        } catch (VaultException refused) {
            if (refused.code().status() == OWN_OUTAGE) {
                throw refused;
            }
            outcome = PathOutcome.failed(path, refused.code().code());
        }
        return conflict == null ? outcome : outcome.after(conflict);
    }

    private static PathOutcome withoutValue(SecretPath path, @Nullable Copy known, RemoteException failed)
            throws RemoteException {
        RemoteFailure failure = failed.failure();
        if (failure == RemoteFailure.NOT_FOUND || failure == RemoteFailure.VERSION_NOT_FOUND) {
            return known == null || known.state() != Copy.State.COPIED
                    ? PathOutcome.unchanged(path)
                    : PathOutcome.noted(known.leaving());
        }
        if (failure == RemoteFailure.UNUSABLE_VALUE
                || failure == RemoteFailure.TOO_LARGE
                || failure == RemoteFailure.FORBIDDEN) {
            return PathOutcome.failed(path, failure.reason());
        }
        throw failed;
    }

    private PathOutcome copy(Wanted wanted, @Nullable Copy known, @Nullable Conflict conflict) {
        if (known == null || known.state() == Copy.State.GONE) {
            return write(wanted, Precondition.MUST_NOT_EXIST, Copy.Change.CREATED, known, conflict);
        }
        boolean same = fingerprints.isValue(wanted.path, wanted.value(), known.valueMac());
        if (known.state() == Copy.State.KEPT) {
            return same ? PathOutcome.unchanged(wanted.path) : compare(wanted, known, conflict);
        }
        if (!same) {
            return write(
                    wanted, new Precondition.VersionIs(known.localVersion()), Copy.Change.UPDATED, known, conflict);
        }
        if (!fingerprints.isMetadata(wanted.path, wanted.remote.metadataJson(), known.metadataMac())) {
            return describe(wanted, known, conflict);
        }
        return known.state() == Copy.State.COPIED && Objects.equals(known.mark(), wanted.mark())
                ? PathOutcome.unchanged(wanted.path)
                : PathOutcome.noted(known.marked(wanted.mark()));
    }

    private PathOutcome write(
            Wanted wanted,
            Precondition precondition,
            Copy.Change change,
            @Nullable Copy known,
            @Nullable Conflict conflict) {
        try {
            return noted(wanted, local.write(wanted.path, wanted.remote, precondition), change);
        } catch (VaultException refused) {
            if (!isAnother(refused)) {
                throw refused;
            }
            return compare(wanted, known, conflict);
        }
    }

    private PathOutcome describe(Wanted wanted, Copy known, @Nullable Conflict conflict) {
        try {
            local.describe(wanted.path, wanted.remote.metadataJson(), known.localVersion());
            return noted(wanted, known.localVersion(), Copy.Change.UPDATED);
        } catch (VaultException refused) {
            if (!isAnother(refused)) {
                throw refused;
            }
            return compare(wanted, known, conflict);
        }
    }

    /** Whether what lies here is not what was noted. */
    private static boolean isAnother(VaultException refused) {
        return refused.code() == ErrorCode.VERSION_CONFLICT
                || refused.code() == ErrorCode.SECRET_EXISTS
                || refused.code() == ErrorCode.SECRET_NOT_FOUND;
    }

    /** What lies here is not what was noted, or nothing was. */
    private PathOutcome compare(Wanted wanted, @Nullable Copy known, @Nullable Conflict conflict) {
        LocalSide.Found found = local.look(wanted.path, wanted.value());
        return switch (found.state()) {
            case NOTHING ->
                noted(
                        wanted,
                        local.write(wanted.path, wanted.remote, Precondition.MUST_NOT_EXIST),
                        Copy.Change.CREATED);
            case DELETED -> wasDeletedByUs(known) ? revive(wanted) : differs(wanted, found, conflict);
            case LIVE -> {
                if (found.same()) {
                    yield noted(wanted, found.version(), changeBefore(known, found));
                }
                yield wasWrittenByUs(wanted.path, known)
                        ? noted(
                                wanted,
                                local.write(wanted.path, wanted.remote, new Precondition.VersionIs(found.version())),
                                known == null ? Copy.Change.CREATED : Copy.Change.UPDATED)
                        : differs(wanted, found, conflict);
            }
        };
    }

    /** Nobody else can delete what is a copy. */
    private static boolean wasDeletedByUs(@Nullable Copy known) {
        return known != null && known.state() != Copy.State.KEPT;
    }

    /** By a turn that did not come to note it. */
    private boolean wasWrittenByUs(SecretPath path, @Nullable Copy known) {
        return (known == null || known.state() != Copy.State.KEPT) && local.isCopy(path);
    }

    private PathOutcome revive(Wanted wanted) {
        int version = local.restore(wanted.path);
        return noted(
                wanted,
                local.write(wanted.path, wanted.remote, new Precondition.VersionIs(version)),
                Copy.Change.CREATED);
    }

    /** What is the same was written by a turn of this run that did not come to note it, or was so before. */
    private Copy.Change changeBefore(@Nullable Copy known, LocalSide.Found found) {
        if (found.writtenAt() == null || found.writtenAt().isBefore(runBegan)) {
            return Copy.Change.ADOPTED;
        }
        return known == null || known.state() == Copy.State.GONE ? Copy.Change.CREATED : Copy.Change.UPDATED;
    }

    private PathOutcome noted(Wanted wanted, int version, Copy.Change change) {
        return PathOutcome.noted(wanted.copy(fingerprints, Copy.State.COPIED, version, change));
    }

    private PathOutcome differs(Wanted wanted, LocalSide.Found found, @Nullable Conflict noted) {
        byte[] remoteMac = fingerprints.ofValue(wanted.path, wanted.value());
        if (noted != null
                && MessageDigest.isEqual(noted.remoteMac(), remoteMac)
                && MessageDigest.isEqual(noted.localMac(), found.mac())) {
            return PathOutcome.differs(noted, false);
        }
        Conflict conflict = new Conflict(
                ids.nextUuid(),
                wanted.path,
                clock.instant().truncatedTo(ChronoUnit.MICROS),
                wanted.remote.secret().version().number(),
                remoteMac,
                found.version(),
                found.mac());
        return PathOutcome.differs(conflict, true);
    }

    /** Of what is there no more. What lies here and is no copy stays. */
    PathOutcome delete(Copy copy) {
        try {
            return PathOutcome.noted(copy.gone(local.delete(copy.path(), copy.localVersion())));
        } catch (VaultException refused) {
            if (refused.code().status() == OWN_OUTAGE) {
                throw refused;
            }
            if (refused.code() == ErrorCode.SECRET_NOT_FOUND) {
                // By a turn that did not come to note it; for how long it can be brought back is not known.
                return PathOutcome.noted(copy.gone(clock.instant().plus(UNKNOWN_DAYS, ChronoUnit.DAYS)));
            }
            return refused.code() == ErrorCode.VERSION_CONFLICT
                    ? PathOutcome.forgotten(copy.path())
                    : PathOutcome.failed(copy.path(), refused.code().code());
        }
    }

    /** What is to lie at a path. */
    record Wanted(SecretPath path, RemoteCopy remote) {
        @Nullable
        String mark() {
            return remote.mark();
        }

        byte[] value() {
            return remote.secret().data().expose();
        }

        Copy copy(Fingerprints fingerprints, Copy.State state, int version, Copy.Change change) {
            return new Copy(
                    path,
                    state,
                    remote.secret().version().number(),
                    fingerprints.ofValue(path, value()),
                    fingerprints.ofMetadata(path, remote.metadataJson()),
                    mark(),
                    version,
                    null,
                    change);
        }
    }
}
