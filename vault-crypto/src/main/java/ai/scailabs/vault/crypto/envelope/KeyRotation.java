package ai.scailabs.vault.crypto.envelope;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.RootWraps;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.security.SecureRandom;
import java.util.Collection;

/** Keys under newer ones: what is wrapped stays the same, and so does everything that it encrypts. Thread-safe; what it opens is not. */
public final class KeyRotation {
    private final RootKey root;
    private final SecureRandom random;

    public KeyRotation(RootKey root, SecureRandom random) {
        this.root = root;
        this.random = random;
    }

    /**
     * For data keys of the chain's tenant; the caller closes it.
     *
     * @throws VaultException {@code integrity_failure} when that generation itself does not open; {@code kms_unavailable}
     */
    public Rewrapping towards(KeyChain to) {
        return new Rewrapping(root, random, to);
    }

    /**
     * For keys of the partner's tenants; the caller closes it.
     *
     * @throws VaultException {@code integrity_failure} when that generation itself does not open; {@code kms_unavailable}
     */
    public TenantKeyRewrapping towards(String partnerId, WrappedKey to) {
        return new TenantKeyRewrapping(root, random, partnerId, to);
    }

    /**
     * A partner's key, wrapped anew by those of the root keys that there are now. What they gave was opened again, by these alone, and is the same key.
     *
     * @param rootKeyIds by which it is to be wrapped
     * @throws VaultException {@code integrity_failure} when it does not open; {@code kms_unavailable}
     */
    public byte[] partnerKey(String partnerId, KeyId id, byte[] wrapped, Collection<String> rootKeyIds) {
        WrapContext context = EnvelopeCipher.partnerContext(partnerId, id);
        try (KeyMaterial key = root.unwrap(wrapped, context)) {
            byte[] anew = RootWraps.only(root.wrap(key, context), rootKeyIds);
            try (KeyMaterial opened = root.unwrap(anew, context)) {
                if (!opened.equals(key)) {
                    throw new VaultException(
                            ErrorCode.KMS_UNAVAILABLE, "The root key returned another key than it was given");
                }
            } catch (VaultException failure) {
                if (failure.code() != ErrorCode.INTEGRITY_FAILURE) {
                    throw failure;
                }
                // What it has just made: that is the root key's fault, and says nothing about the key.
                throw new VaultException(
                        ErrorCode.KMS_UNAVAILABLE, "The root key does not open what it wrapped", failure);
            }
            return anew;
        }
    }
}
