package ai.scailabs.vault.crypto.envelope;

import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;

/** Seals private keys of one purpose under the key of their tenant. What is sealed opens for the same tenant and key id only. Never called inside a transaction: it may ask the root key. */
public interface KeySeal {
    /** @param privateKey stays the caller's to close */
    byte[] seal(TenantId tenant, PartnerId partner, String keyId, SensitiveBytes privateKey);

    /**
     * The private key, which the caller closes.
     *
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code integrity_failure}; {@code kms_unavailable}
     */
    SensitiveBytes open(TenantId tenant, PartnerId partner, String keyId, byte[] sealed);
}
