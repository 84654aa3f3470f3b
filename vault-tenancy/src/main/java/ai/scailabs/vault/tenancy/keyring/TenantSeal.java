package ai.scailabs.vault.tenancy.keyring;

import ai.scailabs.vault.crypto.envelope.EnvelopeCipher;
import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.keyring.TenantKeyrings;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.tenancy.tenant.TenantRegistry;

/**
 * Seals small records that are not secrets of their own but must not lie in the open, such as an answer kept for a repeated request. What is sealed opens for the same
 * tenant, purpose and record only, also after the tenant's key was rotated. Thread-safe.
 */
public final class TenantSeal {
    private final TenantRegistry registry;
    private final TenantKeyrings keyrings;
    private final EnvelopeCipher cipher;

    public TenantSeal(TenantRegistry registry, TenantKeyrings keyrings, EnvelopeCipher cipher) {
        this.registry = registry;
        this.keyrings = keyrings;
        this.cipher = cipher;
    }

    /**
     * The sealed bytes, ready to be stored; the plaintext stays the caller's to close. They are under the generation that is active now: who stores them sees to it that it is
     * active still, or they are left behind by a rotation that has just gone by.
     *
     * @param purpose what kind of record: 1 to 63 characters a-z, 0-9 and '-'
     * @param recordId which of that kind
     */
    public byte[] seal(TenantId tenant, PartnerId partner, String purpose, String recordId, SensitiveBytes plaintext) {
        // What is remembered of the tenant may be from before its key was rotated.
        long epoch = registry.requireNow(tenant, partner).epoch();
        return cipher.sealRecord(keyrings.active(tenant, partner, epoch), purpose, recordId, plaintext);
    }

    /**
     * The plaintext, which the caller closes.
     *
     * @throws VaultException {@code integrity_failure} when the bytes were altered, moved or sealed by a key that was destroyed
     */
    public SensitiveBytes open(TenantId tenant, PartnerId partner, String purpose, String recordId, byte[] sealed) {
        long epoch = registry.require(tenant, partner).epoch();
        KeyId tenantKeyId = EnvelopeCipher.tenantKeyIdOfRecord(sealed);
        return cipher.openRecord(keyrings.chain(tenant, tenantKeyId, epoch), purpose, recordId, sealed);
    }
}
