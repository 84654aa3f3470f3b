package ai.scailabs.vault.crypto.envelope;

import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.kernel.error.VaultException;
import java.security.SecureRandom;

/**
 * Wraps data keys of one tenant under one generation of its key, for a batch: a generation is opened once, by one call of the root key, and wiped when the batch is closed.
 * Ciphertexts are not looked at. What does not open ends with {@code integrity_failure}, and the batch goes on. Not thread-safe.
 */
public final class Rewrapping implements AutoCloseable {
    private final RootKey root;
    private final SecureRandom random;
    private final KeyChain to;
    private final Aes aes = new Aes();
    private final OpenKeys older = new OpenKeys();
    private final KeyMaterial newKey;

    Rewrapping(RootKey root, SecureRandom random, KeyChain to) {
        this.root = root;
        this.random = random;
        this.to = to;
        this.newKey = EnvelopeCipher.openTenantKey(root, aes, to);
    }

    /** Under which it wraps. */
    public KeyId tenantKeyId() {
        return to.tenantKeyId();
    }

    /**
     * The data key of a version of a secret.
     *
     * @param ciphertextHead the first 17 bytes of the ciphertext, or more: they name the data key
     * @throws VaultException {@code integrity_failure}, {@code kms_unavailable}
     */
    public byte[] valueKey(KeyChain from, ValuePlace place, byte[] ciphertextHead, byte[] wrappedDataKey) {
        EnvelopeCipher.requireSameTenant(to, place.tenant());
        byte[] context = AssociatedData.ofValueKey(place, Ciphertext.dataKeyIdOfHead(ciphertextHead));
        return rewrapped(from, wrappedDataKey, context);
    }

    /**
     * A sealed record with its data key wrapped anew, and its ciphertext as it was.
     *
     * @throws VaultException {@code integrity_failure}, {@code kms_unavailable}
     */
    public byte[] record(KeyChain from, String purpose, String recordId, byte[] sealed) {
        byte[] wrappedKey = EnvelopeCipher.wrappedKeyOfRecord(sealed);
        byte[] ciphertext = Ciphertext.tail(sealed, EnvelopeCipher.RECORD_CIPHERTEXT_AT);
        KeyId dataKeyId = Ciphertext.dataKeyId(ciphertext);
        byte[] context = AssociatedData.ofRecordKey(to.tenant(), purpose, recordId, dataKeyId);
        return EnvelopeCipher.joined(rewrapped(from, wrappedKey, context), ciphertext);
    }

    private byte[] rewrapped(KeyChain from, byte[] wrapped, byte[] context) {
        EnvelopeCipher.requireSameTenant(from, to.tenant());
        KeyMaterial oldKey = older.get(from.tenantKeyId(), () -> EnvelopeCipher.openTenantKey(root, new Aes(), from));
        byte[] oldHeader = KeyWrap.header(from.tenantKeyId());
        try (KeyMaterial dataKey = KeyWrap.unwrap(aes, oldKey, wrapped, oldHeader, context)) {
            return KeyWrap.wrap(aes, newKey, dataKey, KeyWrap.header(to.tenantKeyId()), context, random);
        }
    }

    @Override
    public void close() {
        newKey.close();
        older.close();
    }
}
