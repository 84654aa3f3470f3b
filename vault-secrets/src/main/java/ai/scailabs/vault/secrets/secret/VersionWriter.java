package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.access.decision.Permit;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.crypto.envelope.EnvelopeCipher;
import ai.scailabs.vault.crypto.envelope.KeyChain;
import ai.scailabs.vault.crypto.envelope.SealedValue;
import ai.scailabs.vault.crypto.envelope.ValuePlace;
import ai.scailabs.vault.crypto.keyring.TenantKeyrings;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.secrets.secret.SecretChanges.StoredChange;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Seals the next version of a secret and stores it. Thread-safe. */
final class VersionWriter {
    private final SecretChanges changes;
    private final RememberedSecrets remembered;
    private final TenantKeyrings keyrings;
    private final EnvelopeCipher cipher;
    private final Clock clock;

    VersionWriter(
            SecretChanges changes,
            RememberedSecrets remembered,
            TenantKeyrings keyrings,
            EnvelopeCipher cipher,
            Clock clock) {
        this.changes = changes;
        this.remembered = remembered;
        this.keyrings = keyrings;
        this.cipher = cipher;
        this.clock = clock;
    }

    /**
     * Empty when the secret is not as it was seen any more.
     *
     * @param metadataJson checked; absent to keep what there is
     * @param madeBy the secret policy of the value; absent to keep the one of before
     */
    Optional<WriteResult> write(
            SecretState seen,
            Permit permit,
            SecretSpace space,
            SecretPath path,
            SecretDraft draft,
            @Nullable String metadataJson,
            @Nullable String madeBy,
            AuditEntry entry) {
        SecretView before = seen.secret();
        int version = seen.liveVersion() + 1;
        KeyChain chain = keyrings.active(space.owner(), space.partner(), seen.epoch());
        SealedValue sealed = cipher.seal(chain, new ValuePlace(space.owner(), path, version), draft.data());
        SecretOptions options = draft.options().applyTo(before == null ? SecretOptions.DEFAULT : before.options());
        NewVersion added = new NewVersion(
                sealed,
                draft.typeOrDefault(),
                metadataJson,
                options,
                clock.instant().truncatedTo(ChronoUnit.MICROS),
                permit.actor().identity().value(),
                draft.client(),
                draft.reason(),
                madeBy);
        AuditEntry recorded = SecretFacts.with(entry, SecretFacts.written(before, version, metadataJson, added));
        Optional<StoredChange> stored = before == null
                ? changes.create(space.owner(), path, seen.epoch(), added, recorded)
                : changes.addVersion(space.owner(), path, seen, added, recorded);
        return stored.map(change -> {
            SecretView after = view(path, before, version, change.metadataJson(), added);
            remembered.put(space.owner(), change.revision(), after, added.stored(version));
            return new WriteResult(after, before == null);
        });
    }

    private static SecretView view(
            SecretPath path, @Nullable SecretView before, int version, String metadataJson, NewVersion added) {
        Duration expiresIn = added.options().expiresIn();
        String madeBy = added.secretPolicyId();
        return new SecretView(
                path,
                added.type(),
                version,
                metadataJson,
                added.options(),
                before == null ? added.at() : before.createdAt(),
                added.at(),
                expiresIn == null ? null : added.at().plus(expiresIn),
                null,
                before == null ? null : before.rotationPolicyId(),
                madeBy == null && before != null ? before.secretPolicyId() : madeBy,
                null,
                null,
                null);
    }
}
