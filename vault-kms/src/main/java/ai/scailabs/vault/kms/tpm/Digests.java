package ai.scailabs.vault.kms.tpm;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tss.tpm.TPM_ALG_ID;

/** SHA-256 as a TPM and its callers use it (TPM 2.0 Library, part 1). */
final class Digests {
    static final int BYTES = 32;

    private Digests() {}

    static byte[] sha256(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (GeneralSecurityException e) {
            throw missing(e);
        }
    }

    static byte[] hmac(byte[] key, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw missing(e);
        }
    }

    /** Part 1, 16: which hash, and the hash of the public area. */
    static byte[] name(byte[] publicArea) {
        return ByteBuffer.allocate(Short.BYTES + BYTES)
                .putShort((short) TPM_ALG_ID.SHA256.toInt())
                .put(sha256(publicArea))
                .array();
    }

    static byte[] bytes(int number) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
    }

    static IllegalStateException missing(GeneralSecurityException e) {
        return new IllegalStateException("the Java runtime lacks AES or SHA-256", e);
    }
}
