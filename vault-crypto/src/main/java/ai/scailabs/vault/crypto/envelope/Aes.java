package ai.scailabs.vault.crypto.envelope;

import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.Security;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * AES-256 of the JDK's own provider for the length of one operation: the ciphers are used again for each step of the key chain and then left to the garbage collector,
 * so that no key waits in a pool or a thread. Not thread-safe.
 */
final class Aes {
    static final int NONCE_BYTES = 12;
    static final int TAG_BYTES = 16;
    static final int BLOCK_BYTES = 16;

    /** Named, so that a provider someone installs in front of it neither slows this down nor changes it. */
    static final Provider PROVIDER = Security.getProvider("SunJCE");

    /**
     * AES-256-GCM and bare AES-256 (ECB), both without padding, by their object identifiers (NIST, {@code csor.nist.gov}: aes 46 and 41). By a name with slashes the JDK looks for each part of it, which
     * takes longer than to open a secret does.
     */
    private static final String GCM = "2.16.840.1.101.3.4.1.46";

    private static final String BLOCK = "2.16.840.1.101.3.4.1.41";

    private @Nullable Cipher gcm;
    private @Nullable Cipher block;

    /**
     * Seals into {@code target}: the nonce is already there at {@code nonceAt}; ciphertext and tag are written behind {@code textAt}. A key and nonce are used once.
     */
    void seal(byte[] key, byte[] target, int nonceAt, int textAt, byte[] plaintext, AssociatedBytes associated) {
        try {
            Cipher cipher = start(Cipher.ENCRYPT_MODE, key, target, nonceAt, associated);
            cipher.doFinal(plaintext, 0, plaintext.length, target, textAt);
        } catch (GeneralSecurityException e) {
            throw unusable(e);
        }
    }

    /**
     * The plaintext of what lies between {@code textAt} and {@code end}.
     *
     * @throws AEADBadTagException when key, nonce, text, tag or associated data are not those of sealing
     */
    byte[] open(byte[] key, byte[] source, int nonceAt, int textAt, int end, AssociatedBytes associated)
            throws AEADBadTagException {
        try {
            Cipher cipher = start(Cipher.DECRYPT_MODE, key, source, nonceAt, associated);
            return cipher.doFinal(source, textAt, end - textAt);
        } catch (AEADBadTagException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw unusable(e);
        }
    }

    /** Starts the bare block cipher, which Xaes256Gcm derives its keys with. */
    Cipher blockCipher(byte[] key) {
        try {
            Cipher cipher = block;
            if (cipher == null) {
                cipher = Cipher.getInstance(BLOCK, PROVIDER);
                block = cipher;
            }
            cipher.init(Cipher.ENCRYPT_MODE, new AesKey(key));
            return cipher;
        } catch (GeneralSecurityException e) {
            throw unusable(e);
        }
    }

    private Cipher start(int mode, byte[] key, byte[] nonceSource, int nonceAt, AssociatedBytes associated)
            throws GeneralSecurityException {
        Cipher cipher = gcm;
        if (cipher == null) {
            cipher = Cipher.getInstance(GCM, PROVIDER);
            gcm = cipher;
        }
        cipher.init(mode, new AesKey(key), new GCMParameterSpec(8 * TAG_BYTES, nonceSource, nonceAt, NONCE_BYTES));
        cipher.updateAAD(associated.source(), associated.from(), associated.length());
        cipher.updateAAD(associated.context());
        return cipher;
    }

    static IllegalStateException unusable(GeneralSecurityException e) {
        return new IllegalStateException("the Java runtime cannot do AES-256", e);
    }

    /** Associated data in two parts: the header where it lies in the stored bytes, then the context. */
    record AssociatedBytes(byte[] source, int from, int length, byte[] context) {}
}
