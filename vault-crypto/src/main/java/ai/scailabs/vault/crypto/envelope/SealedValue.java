package ai.scailabs.vault.crypto.envelope;

import ai.scailabs.vault.crypto.key.KeyId;
import java.util.Arrays;

/**
 * What is stored of a value. Rotation of the tenant's key replaces {@code wrappedDataKey} and leaves {@code ciphertext} as it is; dropping {@code wrappedDataKey} makes the
 * ciphertext unreadable. The arrays are handed out uncopied.
 */
public record SealedValue(byte[] wrappedDataKey, byte[] ciphertext) {
    /**
     * Which generation of the tenant's key opens it, as the bytes claim; opening proves the claim.
     *
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code integrity_failure} when the bytes are not a wrapped data key
     */
    public KeyId tenantKeyId() {
        return KeyWrap.wrappingKeyId(wrappedDataKey);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SealedValue that
                && Arrays.equals(wrappedDataKey, that.wrappedDataKey)
                && Arrays.equals(ciphertext, that.ciphertext);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(wrappedDataKey) + Arrays.hashCode(ciphertext);
    }

    @Override
    public String toString() {
        return "SealedValue[" + ciphertext.length + " bytes]";
    }
}
