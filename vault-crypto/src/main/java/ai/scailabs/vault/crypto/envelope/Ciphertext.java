package ai.scailabs.vault.crypto.envelope;

import ai.scailabs.vault.crypto.envelope.Aes.AssociatedBytes;
import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;

/** What a data key seals: format, id of the data key, 12 random bytes of nonce, AES-256-GCM ciphertext, tag. */
final class Ciphertext {
    static final byte FORMAT = 0x02;
    static final int HEADER_BYTES = 1 + KeyId.BYTES;
    static final int OVERHEAD = HEADER_BYTES + Aes.NONCE_BYTES + Aes.TAG_BYTES;

    private Ciphertext() {}

    static byte[] seal(
            Aes aes,
            KeyMaterial dataKey,
            KeyId dataKeyId,
            SensitiveBytes plaintext,
            byte[] context,
            SecureRandom random) {
        byte[] nonce = new byte[Aes.NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] sealed = new byte[OVERHEAD + plaintext.length()];
        sealed[0] = FORMAT;
        System.arraycopy(dataKeyId.bytes(), 0, sealed, 1, KeyId.BYTES);
        System.arraycopy(nonce, 0, sealed, HEADER_BYTES, nonce.length);
        AssociatedBytes associated = new AssociatedBytes(sealed, 0, HEADER_BYTES, context);
        aes.seal(
                dataKey.exposeBytes(),
                sealed,
                HEADER_BYTES,
                HEADER_BYTES + Aes.NONCE_BYTES,
                plaintext.expose(),
                associated);
        return sealed;
    }

    static SensitiveBytes open(Aes aes, KeyMaterial dataKey, byte[] sealed, byte[] context) {
        AssociatedBytes associated = new AssociatedBytes(sealed, 0, HEADER_BYTES, context);
        int textAt = HEADER_BYTES + Aes.NONCE_BYTES;
        try {
            return SensitiveBytes.owning(
                    aes.open(dataKey.exposeBytes(), sealed, HEADER_BYTES, textAt, sealed.length, associated));
        } catch (AEADBadTagException e) {
            throw new VaultException(
                    ErrorCode.INTEGRITY_FAILURE, "The ciphertext was altered, moved, or sealed by another key");
        }
    }

    /** Which data key the bytes claim to be sealed by. */
    static KeyId dataKeyId(byte[] sealed) {
        if (sealed.length < OVERHEAD || sealed[0] != FORMAT) {
            throw new VaultException(ErrorCode.INTEGRITY_FAILURE, "The bytes are not a ciphertext");
        }
        return KeyId.read(sealed, 1);
    }

    /** The same from its first bytes alone. */
    static KeyId dataKeyIdOfHead(byte[] head) {
        if (head.length < HEADER_BYTES || head[0] != FORMAT) {
            throw new VaultException(ErrorCode.INTEGRITY_FAILURE, "The bytes are not the head of a ciphertext");
        }
        return KeyId.read(head, 1);
    }

    /** A copy of the part of a record that starts at {@code from}. */
    static byte[] tail(byte[] record, int from) {
        return Arrays.copyOfRange(record, from, record.length);
    }
}
