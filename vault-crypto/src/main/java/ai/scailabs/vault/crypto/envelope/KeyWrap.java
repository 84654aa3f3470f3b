package ai.scailabs.vault.crypto.envelope;

import ai.scailabs.vault.crypto.envelope.Aes.AssociatedBytes;
import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;

/**
 * Wraps one key under another with XAES-256-GCM: header, 24 random bytes of nonce, 32 bytes of ciphertext, 16 bytes of tag. Header and context are authenticated. For root
 * keys whose bytes are at hand, and for the steps below the root.
 */
public final class KeyWrap {
    /** What a wrapped key has beyond its header. */
    public static final int BYTES_AFTER_HEADER = Xaes256Gcm.NONCE_BYTES + KeyMaterial.BYTES + Aes.TAG_BYTES;

    static final byte FORMAT = 0x01;
    static final int HEADER_BYTES = 1 + KeyId.BYTES;
    static final int BYTES = HEADER_BYTES + BYTES_AFTER_HEADER;

    private KeyWrap() {}

    /**
     * @param header stored in front and authenticated; the first byte names the format, and the format fixes the length of the header
     * @param context authenticated, not stored
     */
    public static byte[] wrap(
            KeyMaterial wrappingKey, KeyMaterial key, byte[] header, byte[] context, SecureRandom random) {
        return wrap(new Aes(), wrappingKey, key, header, context, random);
    }

    /**
     * The key that was wrapped; the caller closes it.
     *
     * @throws VaultException {@code integrity_failure} unless the bytes start with this header and were wrapped by this key in this context
     */
    public static KeyMaterial unwrap(KeyMaterial wrappingKey, byte[] wrapped, byte[] header, byte[] context) {
        return unwrap(new Aes(), wrappingKey, wrapped, header, context);
    }

    static byte[] wrap(
            Aes aes, KeyMaterial wrappingKey, KeyMaterial key, byte[] header, byte[] context, SecureRandom random) {
        byte[] nonce = new byte[Xaes256Gcm.NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] wrapped = Arrays.copyOf(header, header.length + BYTES_AFTER_HEADER);
        System.arraycopy(nonce, 0, wrapped, header.length, nonce.length);
        AssociatedBytes associated = new AssociatedBytes(wrapped, 0, header.length, context);
        Xaes256Gcm.seal(aes, wrappingKey.exposeBytes(), wrapped, header.length, key.exposeBytes(), associated);
        return wrapped;
    }

    static KeyMaterial unwrap(Aes aes, KeyMaterial wrappingKey, byte[] wrapped, byte[] header, byte[] context) {
        int headerLength = header.length;
        if (wrapped.length != headerLength + BYTES_AFTER_HEADER
                || !Arrays.equals(wrapped, 0, headerLength, header, 0, headerLength)) {
            throw refusal("The bytes are not a key wrapped by this key");
        }
        AssociatedBytes associated = new AssociatedBytes(wrapped, 0, headerLength, context);
        try {
            byte[] bytes =
                    Xaes256Gcm.open(aes, wrappingKey.exposeBytes(), wrapped, headerLength, wrapped.length, associated);
            try {
                return KeyMaterial.copyOf(bytes);
            } finally {
                Arrays.fill(bytes, (byte) 0);
            }
        } catch (AEADBadTagException e) {
            throw refusal("The wrapped key was altered, moved, or wrapped by another key");
        }
    }

    /** The header of the steps below the root. */
    static byte[] header(KeyId wrappingKeyId) {
        byte[] header = new byte[HEADER_BYTES];
        header[0] = FORMAT;
        System.arraycopy(wrappingKeyId.bytes(), 0, header, 1, KeyId.BYTES);
        return header;
    }

    /** Which key the bytes claim to be wrapped by. */
    static KeyId wrappingKeyId(byte[] wrapped) {
        if (wrapped.length != BYTES || wrapped[0] != FORMAT) {
            throw refusal("The bytes are not a wrapped key");
        }
        return KeyId.read(wrapped, 1);
    }

    private static VaultException refusal(String message) {
        return new VaultException(ErrorCode.INTEGRITY_FAILURE, message);
    }
}
