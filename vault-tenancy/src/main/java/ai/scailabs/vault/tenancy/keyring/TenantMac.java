package ai.scailabs.vault.tenancy.keyring;

import ai.scailabs.vault.crypto.envelope.EnvelopeCipher;
import ai.scailabs.vault.crypto.envelope.KeyChain;
import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.keyring.TenantKeyrings;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.tenancy.tenant.TenantRegistry;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/**
 * Signs what a tenant's caller carries away and brings back, such as the cursor of a listing. The signature starts with the id of the key generation, so one made before
 * a rotation still holds after it. Thread-safe.
 */
public final class TenantMac {
    /** Key id and HMAC-SHA256. */
    public static final int BYTES = KeyId.BYTES + 32;

    private final TenantRegistry registry;
    private final TenantKeyrings keyrings;
    private final EnvelopeCipher cipher;

    public TenantMac(TenantRegistry registry, TenantKeyrings keyrings, EnvelopeCipher cipher) {
        this.registry = registry;
        this.keyrings = keyrings;
        this.cipher = cipher;
    }

    /**
     * {@value #BYTES} bytes that only this tenant's key makes, for this purpose only.
     *
     * @param purpose 1 to 63 characters a-z, 0-9 and '-'
     */
    public byte[] sign(TenantId tenant, PartnerId partner, String purpose, byte[] message) {
        long epoch = registry.require(tenant, partner).epoch();
        return signature(keyrings.active(tenant, partner, epoch), purpose, message);
    }

    /**
     * Whether {@link #sign} made the signature of this message for this tenant and purpose; compared in constant time. Anything malformed is simply not a signature.
     *
     * @throws VaultException {@code kms_unavailable} or {@code service_unavailable} when that cannot be told now
     */
    public boolean verify(TenantId tenant, PartnerId partner, String purpose, byte[] message, byte[] mac) {
        if (mac.length != BYTES) {
            return false;
        }
        long epoch = registry.require(tenant, partner).epoch();
        return chain(tenant, KeyId.read(mac, 0), epoch)
                .map(chain -> MessageDigest.isEqual(signature(chain, purpose, message), mac))
                .orElse(false);
    }

    /** Empty when the tenant has no such key: whoever names one has not got it from us. */
    private Optional<KeyChain> chain(TenantId tenant, KeyId tenantKeyId, long epoch) {
        try {
            return Optional.of(keyrings.chain(tenant, tenantKeyId, epoch));
        } catch (VaultException e) {
            if (e.code() == ErrorCode.INTEGRITY_FAILURE) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private byte[] signature(KeyChain chain, String purpose, byte[] message) {
        byte[] signature = Arrays.copyOf(chain.tenantKeyId().bytes(), BYTES);
        System.arraycopy(cipher.mac(chain, purpose, message), 0, signature, KeyId.BYTES, BYTES - KeyId.BYTES);
        return signature;
    }
}
