package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.Premise;
import ai.scailabs.vault.crypto.envelope.EnvelopeCipher;
import ai.scailabs.vault.crypto.keyring.TenantKeyrings;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.secrets.mount.Mount;
import ai.scailabs.vault.secrets.mount.Mounts;
import ai.scailabs.vault.secrets.mount.Passage;
import ai.scailabs.vault.secrets.secret.RememberedSecrets.Remembered;
import ai.scailabs.vault.secrets.secret.SecretReads.StoredMetadata;
import ai.scailabs.vault.secrets.version.VersionHistory;
import ai.scailabs.vault.secrets.version.VersionHistory.StoredHistory;
import ai.scailabs.vault.secrets.version.VersionPage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One secret: read it, write its next version, look at its history, delete it, bring it back. Every method asks for a permit for exactly that path of that space and
 * confirms it under the epoch that comes with the data, before it reveals or changes anything. A change and its audit entry are one statement: both happen or neither.
 * Thread-safe.
 *
 * <p>A path that is mounted is another vault's: it is read there, at any time anew. Every change of it is {@code backend_read_only}, as is that of a path where another vault's secrets are copied, unless there is a {@link Passage} by which a value is written there first.
 *
 * <p>Besides what each method names: {@code tenant_access_denied} when the space is suspended, {@code access_denied} when the permit was withdrawn meanwhile,
 * {@code secret_not_found} when no secret lies at the path, {@code service_unavailable} and {@code kms_unavailable}.
 */
public final class SecretService implements AutoCloseable {
    public static final int MAX_DATA_BYTES = 1024 * 1024;

    private final SecretReads reads;
    private final SecretChanges changes;
    private final VersionHistory history;
    private final PermitCheck permits;
    private final GuardedChange guarded;
    private final ValueOpener opener;
    private final Mounts mounts;
    private final MountedReads mounted;
    private final RememberedSecrets remembered = new RememberedSecrets();
    private final VersionWriter writer;
    private final SecretRenewal renewal;
    private final Clock clock;

    /**
     * @param accesses hears of every value of ours that was revealed
     * @param mounts which paths lie elsewhere: these are read there, and not changed
     */
    public SecretService(
            TenantTransactions tenants,
            AccessControl access,
            TenantKeyrings keyrings,
            EnvelopeCipher cipher,
            AccessListener accesses,
            Mounts mounts,
            Clock clock) {
        this.mounts = mounts;
        this.reads = new SecretReads(tenants);
        this.changes = new SecretChanges(tenants);
        this.history = new VersionHistory(tenants);
        this.permits = new PermitCheck(access);
        this.guarded = new GuardedChange(reads, permits, remembered, mounts);
        this.mounted = new MountedReads(reads, permits, mounts);
        this.opener = new ValueOpener(keyrings, cipher, accesses, clock);
        this.writer = new VersionWriter(changes, remembered, keyrings, cipher, clock);
        this.renewal = new SecretRenewal(reads, changes, guarded, permits, writer, keyrings, cipher, clock);
        this.clock = clock;
    }

    /** Next versions that are made here. Works as long as this does. */
    public SecretRenewal renewal() {
        return renewal;
    }

    /**
     * The value of one version, which the caller closes.
     *
     * @param permit to read
     * @param version absent for the current one
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code secret_not_found} ({@code deleted: true} for who may write), {@code version_not_found}
     *     ({@code destroyed: true}), {@code secret_expired}, {@code integrity_failure}
     */
    public RevealedSecret read(Permit permit, SecretSpace space, SecretPath path, @Nullable Integer version) {
        PermitCheck.requireFor(permit, Permission.READ, space, path);
        return MountedReads.settled(() -> readOnce(permit, space, path, version));
    }

    private @Nullable RevealedSecret readOnce(
            Permit permit, SecretSpace space, SecretPath path, @Nullable Integer version) {
        StoredSecret found = reads.one(space.owner(), path, version).orElseThrow(() -> SecretRefusals.notFound(path));
        permits.confirm(permit, found.epoch(), found.active());
        Mount mount = mounts.at(space.owner(), found.epoch()).covering(path);
        if (mount != null) {
            return mounted.read(permit, path, mount, version);
        }
        SecretView secret = requireLive(permit, path, found.secret());
        RevealedSecret revealed = opener.open(space.owner(), secret, found.version(), version, found.epoch());
        if (version == null && found.version() != null) {
            remembered.put(space.owner(), found.revision(), secret, found.version());
        }
        return revealed;
    }

    /**
     * The current value, from memory and without asking the database, when it was read before; the caller closes it. It may be outdated, and the permit withdrawn: nobody may
     * see it unless its {@linkplain RevealedSecret#premise() premise} holds. Null when only {@link #read} can tell.
     *
     * @param permit to read
     * @throws VaultException {@code kms_unavailable}, {@code service_unavailable}
     */
    public @Nullable RevealedSecret recall(Permit permit, SecretSpace space, SecretPath path) {
        PermitCheck.requireFor(permit, Permission.READ, space, path);
        // A shared space's epoch says nothing about the actor's policies.
        Remembered known = permit.isShared() ? null : remembered.get(space.owner(), path);
        if (known == null || mounts.at(space.owner(), permit.policyEpoch()).covering(path) != null) {
            return null;
        }
        try {
            Premise premise = new Premise(permit.policyEpoch(), known.revision());
            return opener.openRemembered(space.owner(), known, premise);
        } catch (VaultException refused) {
            if (refused.code().status() == 503) {
                throw refused;
            }
            // It may be so no more: what is stored decides.
            remembered.forget(space.owner(), path);
            return null;
        }
    }

    /**
     * Stores the next version of the path, the first one included.
     *
     * @param permit to write
     * @param entry gets {@code version} and {@code created}
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code secret_exists} while a soft-deleted secret lies at the path, {@code version_conflict},
     *     {@code payload_too_large}, {@code validation_error}
     */
    public WriteResult write(
            Permit permit,
            SecretSpace space,
            SecretPath path,
            SecretDraft draft,
            Precondition precondition,
            AuditEntry entry) {
        PermitCheck.requireFor(permit, Permission.WRITE, space, path);
        if (draft.data().length() > MAX_DATA_BYTES) {
            throw SecretRefusals.tooLarge(MAX_DATA_BYTES);
        }
        String metadataJson = draft.metadataJson() == null ? null : Metadata.checked(draft.metadataJson());
        if (mounts.at(space.owner(), permit.policyEpoch()).sourceOf(path) != null) {
            SecretState before = reads.state(space.owner(), path).orElseThrow(() -> SecretRefusals.notFound(path));
            permits.confirm(permit, before.epoch(), before.active());
            Passage passage = mounts.at(space.owner(), before.epoch()).passageTo(path);
            if (passage != null) {
                return pass(passage, before, permit, space, path, draft, precondition, entry);
            }
        }
        return guarded.runOnRemembered(permit, space, path, seen -> {
            if (seen.isSoftDeleted()) {
                throw SecretRefusals.occupiedByDeleted(path);
            }
            require(precondition, seen);
            return writer.write(seen, permit, space, path, draft, metadataJson, null, entry);
        });
    }

    /** To the other vault first: what it refuses is not written here, and what only it has the next copy brings. */
    private WriteResult pass(
            Passage passage,
            SecretState before,
            Permit permit,
            SecretSpace space,
            SecretPath path,
            SecretDraft draft,
            Precondition precondition,
            AuditEntry entry) {
        if (draft.metadataJson() != null) {
            throw VaultException.invalidField("metadata", "is the other vault's, to which values alone are written");
        }
        if (before.isSoftDeleted()) {
            throw SecretRefusals.occupiedByDeleted(path);
        }
        require(precondition, before);
        AtomicReference<WriteResult> written = new AtomicReference<>();
        passage.write(path, draft.data(), () -> {
            WriteResult result = guarded.runPassed(permit, space, path, seen -> {
                if (seen.isSoftDeleted()) {
                    throw SecretRefusals.occupiedByDeleted(path);
                }
                return writer.write(seen, permit, space, path, draft, null, null, entry);
            });
            written.set(result);
            return result.view().version();
        });
        return Objects.requireNonNull(written.get(), "a passage that does not write here");
    }

    /**
     * The secret without its value, soft-deleted ones included.
     *
     * @param permit to list
     */
    public MetadataView metadata(Permit permit, SecretSpace space, SecretPath path) {
        PermitCheck.requireFor(permit, Permission.LIST, space, path);
        return MountedReads.settled(() -> metadataOnce(permit, space, path));
    }

    private @Nullable MetadataView metadataOnce(Permit permit, SecretSpace space, SecretPath path) {
        StoredMetadata found = reads.metadata(space.owner(), path).orElseThrow(() -> SecretRefusals.notFound(path));
        permits.confirm(permit, found.epoch(), found.active());
        Mount mount = mounts.at(space.owner(), found.epoch()).covering(path);
        if (mount != null) {
            return mounted.metadata(permit, path, mount);
        }
        if (found.metadata() == null) {
            throw SecretRefusals.notFound(path);
        }
        return found.metadata();
    }

    /**
     * Changes the metadata by a JSON merge patch (RFC 7396); makes no version.
     *
     * @param permit to write
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code version_conflict}, {@code validation_error}
     */
    public SecretView patchMetadata(
            Permit permit,
            SecretSpace space,
            SecretPath path,
            String mergePatchJson,
            Precondition precondition,
            AuditEntry entry) {
        return changeMetadata(
                permit, space, path, stored -> Metadata.merged(stored, mergePatchJson), precondition, entry);
    }

    /**
     * Changes the metadata as a whole; makes no version.
     *
     * @param permit to write
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code version_conflict}, {@code validation_error}
     */
    public SecretView replaceMetadata(
            Permit permit,
            SecretSpace space,
            SecretPath path,
            String metadataJson,
            Precondition precondition,
            AuditEntry entry) {
        String checked = Metadata.checked(metadataJson);
        return changeMetadata(permit, space, path, stored -> checked, precondition, entry);
    }

    private SecretView changeMetadata(
            Permit permit,
            SecretSpace space,
            SecretPath path,
            UnaryOperator<String> change,
            Precondition precondition,
            AuditEntry entry) {
        PermitCheck.requireFor(permit, Permission.WRITE, space, path);
        return guarded.run(permit, space, path, seen -> {
            SecretView before = requireLive(permit, path, seen.secret());
            require(precondition, seen);
            String merged = change.apply(before.metadataJson());
            Instant at = now();
            return changes.setMetadata(
                            space.owner(),
                            path,
                            seen,
                            merged,
                            at,
                            SecretFacts.with(entry, SecretFacts.of(before, Metadata.tags(merged))))
                    .map(stored -> before.withMetadata(stored, at));
        });
    }

    /**
     * The versions that are stored, newest first.
     *
     * @param permit to list
     * @param afterVersion where the page before ended
     */
    public VersionPage versions(
            Permit permit, SecretSpace space, SecretPath path, int limit, @Nullable Integer afterVersion) {
        PermitCheck.requireFor(permit, Permission.LIST, space, path);
        return MountedReads.settled(() -> versionsOnce(permit, space, path, limit, afterVersion));
    }

    private @Nullable VersionPage versionsOnce(
            Permit permit, SecretSpace space, SecretPath path, int limit, @Nullable Integer afterVersion) {
        StoredHistory found = history.page(space.owner(), path, limit, afterVersion);
        permits.confirm(permit, found.epoch(), found.active());
        Mount mount = mounts.at(space.owner(), found.epoch()).covering(path);
        if (mount != null) {
            return mounted.versions(permit, path, mount, limit, afterVersion);
        }
        if (!found.exists()) {
            throw SecretRefusals.notFound(path);
        }
        if (found.softDeleted()) {
            throw permits.mayWrite(permit) ? SecretRefusals.softDeleted(path) : SecretRefusals.notFound(path);
        }
        return found.page();
    }

    /**
     * Hides the secret until it is restored or its time is up.
     *
     * @param permit to delete
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code version_conflict}
     */
    public DeleteResult softDelete(
            Permit permit, SecretSpace space, SecretPath path, Precondition precondition, AuditEntry entry) {
        PermitCheck.requireFor(permit, Permission.DELETE, space, path);
        String by = permit.actor().identity().value();
        return guarded.run(permit, space, path, seen -> {
            SecretView live = requireLive(permit, path, seen.secret());
            require(precondition, seen);
            Instant at = now();
            Instant until = at.plus(Duration.ofDays(seen.softDeleteDays()));
            AuditEntry recorded = SecretFacts.with(entry, SecretFacts.deleted(live, until));
            return changes.softDelete(space.owner(), path, seen, at, by, until, recorded)
                    .map(versions -> new DeleteResult(path, false, versions, until));
        });
    }

    /**
     * Removes the secret, soft-deleted or not, with all its versions and their data keys; only a tombstone stays. The next write to the path is version 1 of another
     * secret.
     *
     * @param permit to delete
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code version_conflict}
     */
    public DeleteResult destroy(
            Permit permit, SecretSpace space, SecretPath path, Precondition precondition, AuditEntry entry) {
        PermitCheck.requireFor(permit, Permission.DELETE, space, path);
        String by = permit.actor().identity().value();
        return guarded.run(permit, space, path, seen -> {
            if (seen.secret() == null) {
                throw SecretRefusals.notFound(path);
            }
            requireVersion(precondition, seen.secret().version());
            AuditEntry recorded = SecretFacts.with(entry, SecretFacts.deleted(seen.secret(), null));
            return changes.destroy(space.owner(), path, seen, now(), by, recorded)
                    .map(versions -> new DeleteResult(path, true, versions, null));
        });
    }

    /**
     * As {@link #destroy} for a soft-deleted secret whose time is up; asks for no permit, as it does only what was announced. Empty when there is nothing to do.
     *
     * @param entry whose identity is recorded as the one that destroyed
     */
    public Optional<DeleteResult> purge(TenantId owner, SecretPath path, AuditEntry entry) {
        SecretState seen = reads.state(owner, path).orElse(null);
        Instant at = now();
        if (seen == null || seen.secret() == null || entry.identity() == null || !seen.isPastRecovery(at)) {
            return Optional.empty();
        }
        AuditEntry recorded = SecretFacts.with(entry, SecretFacts.deleted(seen.secret(), null));
        return changes.destroy(owner, path, seen, at, entry.identity().value(), recorded)
                .map(versions -> new DeleteResult(path, true, versions, null));
    }

    /**
     * Removes the value and the data key of one version, the current one included; what is known of it otherwise stays.
     *
     * @param permit to delete
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code version_not_found}, with {@code destroyed: true} when it was destroyed before; {@code conflict} with {@code state: in_grace} while what it holds is to be taken away
     *     at a target, which its value is needed for
     */
    public void destroyVersion(Permit permit, SecretSpace space, SecretPath path, int version, AuditEntry entry) {
        PermitCheck.requireFor(permit, Permission.DELETE, space, path);
        String by = permit.actor().identity().value();
        guarded.run(permit, space, path, seen -> {
            SecretView live = requireLive(permit, path, seen.secret());
            reads.letInUntil(space.owner(), path, version).ifPresent(until -> {
                throw SecretRefusals.inGrace(path, version, until);
            });
            AuditEntry recorded = SecretFacts.with(entry, SecretFacts.ofVersion(live, version));
            Optional<Integer> destroyed =
                    changes.destroyVersion(space.owner(), path, seen, version, now(), by, recorded);
            if (destroyed.isEmpty()) {
                requireIntact(space, path, version);
            }
            return destroyed;
        });
    }

    /** Tells a version that cannot be destroyed from a secret that has changed meanwhile. */
    private void requireIntact(SecretSpace space, SecretPath path, int version) {
        StoredSecret found = reads.one(space.owner(), path, version).orElseThrow(() -> SecretRefusals.notFound(path));
        if (found.version() == null) {
            throw SecretRefusals.versionNotFound(path, version);
        }
        if (found.version().sealed() == null) {
            throw SecretRefusals.versionDestroyed(path, version);
        }
    }

    /**
     * Brings a soft-deleted secret back with all its versions.
     *
     * @param permit to write
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code conflict} with {@code state: active} when it is not deleted
     */
    public SecretView restore(Permit permit, SecretSpace space, SecretPath path, AuditEntry entry) {
        PermitCheck.requireFor(permit, Permission.WRITE, space, path);
        return guarded.run(permit, space, path, seen -> {
            SecretView deleted = seen.secret();
            if (deleted == null) {
                throw SecretRefusals.notFound(path);
            }
            if (!seen.isSoftDeleted()) {
                throw SecretRefusals.notDeleted(path);
            }
            AuditEntry recorded =
                    SecretFacts.with(entry, SecretFacts.of(deleted, Metadata.tags(deleted.metadataJson())));
            return changes.restore(space.owner(), path, seen, recorded).map(versions -> deleted.restored());
        });
    }

    private SecretView requireLive(Permit permit, SecretPath path, @Nullable SecretView secret) {
        if (secret == null) {
            throw SecretRefusals.notFound(path);
        }
        if (secret.deletedAt() != null) {
            throw permits.mayWrite(permit) ? SecretRefusals.softDeleted(path) : SecretRefusals.notFound(path);
        }
        return secret;
    }

    private static void require(Precondition precondition, SecretState seen) {
        requireVersion(precondition, seen.liveVersion());
    }

    private static void requireVersion(Precondition precondition, int currentVersion) {
        if (!precondition.holdsFor(currentVersion)) {
            throw SecretRefusals.versionConflict(currentVersion);
        }
    }

    /** Lets the writes that are under way end, and takes none any more. */
    @Override
    public void close() {
        changes.close();
    }

    /** As exact as the database keeps it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}
