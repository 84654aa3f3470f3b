package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.crypto.envelope.EnvelopeCipher;
import ai.scailabs.vault.crypto.envelope.KeyChain;
import ai.scailabs.vault.crypto.envelope.ValuePlace;
import ai.scailabs.vault.crypto.keyring.TenantKeyrings;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Next versions that are made here, from what a secret holds, and the end of those that they replaced. Whoever may have one made need not be allowed to read: the value is shown to what makes the next one, and to nobody else.
 * Thread-safe.
 */
public final class SecretRenewal {
    private final SecretReads reads;
    private final SecretChanges changes;
    private final GuardedChange guarded;
    private final PermitCheck permits;
    private final VersionWriter writer;
    private final TenantKeyrings keyrings;
    private final EnvelopeCipher cipher;
    private final Clock clock;

    SecretRenewal(
            SecretReads reads,
            SecretChanges changes,
            GuardedChange guarded,
            PermitCheck permits,
            VersionWriter writer,
            TenantKeyrings keyrings,
            EnvelopeCipher cipher,
            Clock clock) {
        this.reads = reads;
        this.changes = changes;
        this.guarded = guarded;
        this.permits = permits;
        this.writer = writer;
        this.keyrings = keyrings;
        this.cipher = cipher;
        this.clock = clock;
    }

    /**
     * Stores the next version of the path, the first one included.
     *
     * @param permit to write or to rotate
     * @param secretPolicyId by which the value is made; absent to keep what the secret says
     * @param entry gets {@code version} and {@code created}
     * @throws ai.scailabs.vault.kernel.error.VaultException as {@link SecretService#write}, and whatever {@code next} refuses; {@code integrity_failure}
     */
    public WriteResult renew(
            Permit permit,
            SecretSpace space,
            SecretPath path,
            NextValue next,
            Precondition precondition,
            @Nullable String secretPolicyId,
            AuditEntry entry) {
        PermitCheck.requireFor(
                permit, permit.permission() == Permission.ROTATE ? Permission.ROTATE : Permission.WRITE, space, path);
        return guarded.run(permit, space, path, seen -> {
            if (seen.isSoftDeleted()) {
                throw SecretRefusals.occupiedByDeleted(path);
            }
            if (!precondition.holdsFor(seen.liveVersion())) {
                throw SecretRefusals.versionConflict(seen.liveVersion());
            }
            return renewed(seen, permit, space, path, next, secretPolicyId, entry);
        });
    }

    private Optional<WriteResult> renewed(
            SecretState seen,
            Permit permit,
            SecretSpace space,
            SecretPath path,
            NextValue next,
            @Nullable String secretPolicyId,
            AuditEntry entry) {
        SecretView before = seen.secret();
        if (before == null) {
            return written(seen, permit, space, path, next.after(null, null), secretPolicyId, entry);
        }
        StoredSecret found = reads.one(space.owner(), path, null).orElse(null);
        if (found == null || found.revision() != seen.revision() || found.version() == null) {
            return Optional.empty();
        }
        StoredVersion version = found.version();
        if (version.sealed() == null) {
            return written(seen, permit, space, path, next.after(before, null), secretPolicyId, entry);
        }
        KeyChain chain = keyrings.chain(space.owner(), version.tenantKeyId(), found.epoch());
        ValuePlace place = new ValuePlace(space.owner(), path, version.version());
        try (SensitiveBytes current = cipher.open(chain, place, version.sealed())) {
            return written(seen, permit, space, path, next.after(before, current), secretPolicyId, entry);
        }
    }

    private Optional<WriteResult> written(
            SecretState seen,
            Permit permit,
            SecretSpace space,
            SecretPath path,
            SecretDraft draft,
            @Nullable String secretPolicyId,
            AuditEntry entry) {
        try (SensitiveBytes made = draft.data()) {
            if (made.length() > SecretService.MAX_DATA_BYTES) {
                throw SecretRefusals.tooLarge(SecretService.MAX_DATA_BYTES);
            }
            return writer.write(seen, permit, space, path, draft, null, secretPolicyId, entry);
        }
    }

    /**
     * Shows the current value to what makes the next one somewhere else first, before it is stored here.
     *
     * @param permit to rotate
     * @param expected the version that it must be
     * @param use must not keep what it is shown, which is closed then
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code secret_not_found}, {@code version_conflict}, {@code version_not_found}; {@code integrity_failure}
     */
    public <T> T look(
            Permit permit, SecretSpace space, SecretPath path, int expected, Function<SensitiveBytes, T> use) {
        PermitCheck.requireFor(permit, Permission.ROTATE, space, path);
        StoredSecret found = reads.one(space.owner(), path, null).orElseThrow(() -> SecretRefusals.notFound(path));
        permits.confirm(permit, found.epoch(), found.active());
        if (found.secret() == null || found.secret().deletedAt() != null) {
            throw SecretRefusals.notFound(path);
        }
        StoredVersion version = found.version();
        if (version == null || version.version() != expected) {
            throw SecretRefusals.versionConflict(found.secret().version());
        }
        if (version.sealed() == null) {
            throw SecretRefusals.versionDestroyed(path, version.version());
        }
        KeyChain chain = keyrings.chain(space.owner(), version.tenantKeyId(), found.epoch());
        ValuePlace place = new ValuePlace(space.owner(), path, version.version());
        try (SensitiveBytes current = cipher.open(chain, place, version.sealed())) {
            return use.apply(current);
        }
    }

    /**
     * Shows an earlier value, also one that is no longer read, to what takes away elsewhere what belonged to it. Empty when it was destroyed.
     *
     * @param permit to rotate
     * @param use must not keep what it is shown, which is closed then
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code secret_not_found}; {@code integrity_failure}
     */
    public <T> Optional<T> lookBack(
            Permit permit, SecretSpace space, SecretPath path, int version, Function<SensitiveBytes, Optional<T>> use) {
        PermitCheck.requireFor(permit, Permission.ROTATE, space, path);
        StoredSecret found =
                reads.unread(space.owner(), path, version).orElseThrow(() -> SecretRefusals.notFound(path));
        permits.confirm(permit, found.epoch(), found.active());
        StoredVersion stored = found.version();
        if (stored == null || stored.sealed() == null) {
            return Optional.empty();
        }
        KeyChain chain = keyrings.chain(space.owner(), stored.tenantKeyId(), found.epoch());
        ValuePlace place = new ValuePlace(space.owner(), path, stored.version());
        try (SensitiveBytes earlier = cipher.open(chain, place, stored.sealed())) {
            return use.apply(earlier);
        }
    }

    /**
     * Destroys one version that another has replaced, as it was announced to; asks for no permit. False when there is nothing to do: it is the current one, destroyed already, or gone.
     *
     * @param entry whose identity is recorded as the one that destroyed
     */
    public boolean retire(TenantId owner, SecretPath path, int version, AuditEntry entry) {
        SecretState seen = reads.state(owner, path).orElse(null);
        if (seen == null || seen.secret() == null || seen.secret().version() <= version || entry.identity() == null) {
            return false;
        }
        AuditEntry recorded = SecretFacts.with(entry, SecretFacts.ofVersion(seen.secret(), version));
        return changes.destroyVersion(
                        owner,
                        path,
                        seen,
                        version,
                        clock.instant().truncatedTo(ChronoUnit.MICROS),
                        entry.identity().value(),
                        recorded)
                .isPresent();
    }
}
