package ai.scailabs.vault.crypto.envelope;

import ai.scailabs.vault.crypto.envelope.Aes.AssociatedBytes;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;

/**
 * XAES-256-GCM (C2SP): the first half of a 192-bit nonce and the key give a key of its own to each message, the second half is the nonce of AES-256-GCM under it. Nonces
 * are random, so one key may wrap 2^80 keys. Stateless.
 */
final class Xaes256Gcm {
    static final int NONCE_BYTES = 24;
    private static final int HALF = NONCE_BYTES / 2;

    private Xaes256Gcm() {}

    /** The nonce is already in {@code target} at {@code nonceAt}; ciphertext and tag are written right behind it. */
    static void seal(Aes aes, byte[] key, byte[] target, int nonceAt, byte[] plaintext, AssociatedBytes associated) {
        byte[] messageKey = messageKey(aes, key, target, nonceAt);
        try {
            aes.seal(messageKey, target, nonceAt + HALF, nonceAt + NONCE_BYTES, plaintext, associated);
        } finally {
            Arrays.fill(messageKey, (byte) 0);
        }
    }

    /** Opens nonce, ciphertext and tag, which lie between {@code nonceAt} and {@code end}. */
    static byte[] open(Aes aes, byte[] key, byte[] source, int nonceAt, int end, AssociatedBytes associated)
            throws AEADBadTagException {
        byte[] messageKey = messageKey(aes, key, source, nonceAt);
        try {
            return aes.open(messageKey, source, nonceAt + HALF, nonceAt + NONCE_BYTES, end, associated);
        } finally {
            Arrays.fill(messageKey, (byte) 0);
        }
    }

    /** CMAC in counter mode (NIST SP 800-108r1 §4.1, SP 800-38B §6) of two messages of one block each: AES(M1 xor K1), AES(M2 xor K1). */
    private static byte[] messageKey(Aes aes, byte[] key, byte[] nonce, int nonceAt) {
        Cipher block = aes.blockCipher(key);
        try {
            byte[] mask = block.doFinal(new byte[Aes.BLOCK_BYTES]);
            doubleInField(mask);
            byte[] messages = new byte[2 * Aes.BLOCK_BYTES];
            for (int counter = 1; counter <= 2; counter++) {
                int at = (counter - 1) * Aes.BLOCK_BYTES;
                messages[at + 1] = (byte) counter;
                messages[at + 2] = 'X';
                System.arraycopy(nonce, nonceAt, messages, at + 4, HALF);
                for (int i = 0; i < Aes.BLOCK_BYTES; i++) {
                    messages[at + i] ^= mask[i];
                }
            }
            return block.doFinal(messages);
        } catch (GeneralSecurityException e) {
            throw Aes.unusable(e);
        }
    }

    /** One bit to the left in GF(2^128), without a branch on the secret top bit. */
    private static void doubleInField(byte[] block) {
        int carry = block[0] >> 7;
        for (int i = 0; i < block.length - 1; i++) {
            block[i] = (byte) (block[i] << 1 | (block[i + 1] & 0xff) >>> 7);
        }
        int last = block.length - 1;
        block[last] = (byte) (block[last] << 1 ^ (carry & 0x87));
    }
}
