package ai.scailabs.vault.secrets.secret;

import ai.scailabs.vault.audit.trail.Premise;
import ai.scailabs.vault.crypto.envelope.EnvelopeCipher;
import ai.scailabs.vault.crypto.envelope.KeyChain;
import ai.scailabs.vault.crypto.envelope.ValuePlace;
import ai.scailabs.vault.crypto.keyring.TenantKeyrings;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.secrets.secret.RememberedSecrets.Remembered;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/** Turns a stored version into its plaintext, once it is clear that the caller may have it. */
final class ValueOpener {
    private final TenantKeyrings keyrings;
    private final EnvelopeCipher cipher;
    private final AccessListener accesses;
    private final Clock clock;

    ValueOpener(TenantKeyrings keyrings, EnvelopeCipher cipher, AccessListener accesses, Clock clock) {
        this.keyrings = keyrings;
        this.cipher = cipher;
        this.accesses = accesses;
        this.clock = clock;
    }

    /**
     * @param secret live
     * @param stored what was found of the version
     * @param wanted the version that was asked for; absent for the current one
     * @param epoch of the owner, from the statement that found it
     */
    RevealedSecret open(
            TenantId owner, SecretView secret, @Nullable StoredVersion stored, @Nullable Integer wanted, long epoch) {
        return open(owner, secret, stored, wanted, epoch, null);
    }

    /** The current version of a secret that was remembered. @param premise names the epoch that the chain is to be of */
    RevealedSecret openRemembered(TenantId owner, Remembered remembered, Premise premise) {
        return open(owner, remembered.secret(), remembered.version(), null, premise.epoch(), premise);
    }

    private RevealedSecret open(
            TenantId owner,
            SecretView secret,
            @Nullable StoredVersion stored,
            @Nullable Integer wanted,
            long epoch,
            @Nullable Premise premise) {
        if (stored == null) {
            throw SecretRefusals.versionNotFound(secret.path(), wanted == null ? secret.version() : wanted);
        }
        if (stored.sealed() == null) {
            throw SecretRefusals.versionDestroyed(secret.path(), stored.version());
        }
        boolean expired = secret.expiresAt() != null && !secret.expiresAt().isAfter(clock.instant());
        if (expired && secret.options().expireAction() == ExpireAction.DENY) {
            throw SecretRefusals.expired(secret);
        }
        KeyChain chain = keyrings.chain(owner, stored.tenantKeyId(), epoch);
        ValuePlace place = new ValuePlace(owner, secret.path(), stored.version());
        SensitiveBytes data = cipher.open(chain, place, stored.sealed());
        accesses.revealed(owner, secret.path());
        return new RevealedSecret(secret.ofVersion(stored), stored.createdAt(), data, expired, premise);
    }
}
