package ai.scailabs.vault.kms.pkcs11;

import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKA_DECRYPT;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKA_ENCRYPT;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKA_EXTRACTABLE;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKA_KEY_TYPE;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKA_SENSITIVE;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKA_VALUE_LEN;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKK_AES;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKM_AES_GCM;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.xipki.pkcs11.wrapper.AttributeVector;
import org.xipki.pkcs11.wrapper.Mechanism;
import org.xipki.pkcs11.wrapper.PKCS11Exception;
import org.xipki.pkcs11.wrapper.Session;
import org.xipki.pkcs11.wrapper.params.GCM_PARAMS;

/** A session in which the root key was found and has encrypted once. */
final class RootKeySession extends HsmSession {
    static final int IV_BYTES = 12;
    static final int TAG_BYTES = 16;
    static final int IDENTITY_BYTES = 8;

    private static final int KEY_BYTES = 32;
    private static final byte[] IDENTITY_INFO = "scaivault pkcs11 root key id v1".getBytes(StandardCharsets.US_ASCII);

    private final long key;
    private final byte[] identity;

    private RootKeySession(Session session, long key, byte[] identity, long generation) {
        super(session, generation);
        this.key = key;
        this.identity = identity;
    }

    static RootKeySession open(Session session, long generation, String label) throws HsmUnavailable {
        try {
            long key = find(session, label);
            requireSuitable(session, key, label);
            return new RootKeySession(session, key, identity(session, key), generation);
        } catch (PKCS11Exception failure) {
            throw new HsmUnavailable("the key " + label + " cannot be used", failure);
        }
    }

    /** Tells this key from others, also where it was copied to another token by the maker's own means. */
    byte[] identity() {
        return identity;
    }

    /** The ciphertext, followed by the tag. */
    byte[] encrypt(byte[] iv, byte[] associatedData, byte[] plaintext) throws PKCS11Exception {
        return session().encryptSingle(gcm(iv, associatedData), key, plaintext);
    }

    byte[] decrypt(byte[] iv, byte[] associatedData, byte[] sealed) throws PKCS11Exception {
        return session().decryptSingle(gcm(iv, associatedData), key, sealed);
    }

    private static long find(Session session, String label) throws HsmUnavailable, PKCS11Exception {
        long[] keys = session.findObjectsSingle(
                AttributeVector.newSecretKey().token(true).label(label), 2);
        if (keys.length != 1) {
            throw new HsmUnavailable((keys.length == 0 ? "no secret key" : "more than one secret key")
                    + " of the token bears the label " + label);
        }
        return keys[0];
    }

    private static void requireSuitable(Session session, long key, String label)
            throws HsmUnavailable, PKCS11Exception {
        AttributeVector has = session.getAttrValues(
                key, CKA_KEY_TYPE, CKA_VALUE_LEN, CKA_SENSITIVE, CKA_EXTRACTABLE, CKA_ENCRYPT, CKA_DECRYPT);
        boolean suitable = Long.valueOf(CKK_AES).equals(has.keyType())
                && Integer.valueOf(KEY_BYTES).equals(has.valueLen())
                && Boolean.TRUE.equals(has.encrypt())
                && Boolean.TRUE.equals(has.decrypt());
        if (!suitable) {
            throw new HsmUnavailable("the key " + label + " is not an AES key of 256 bits that encrypts and decrypts");
        }
        if (!Boolean.TRUE.equals(has.sensitive()) || !Boolean.FALSE.equals(has.extractable())) {
            throw new HsmUnavailable("the key " + label + " can be taken out of the token: it must be sensitive"
                    + " (CKA_SENSITIVE) and not extractable (CKA_EXTRACTABLE)");
        }
    }

    /** A hash of what the key makes of a nonce that is used for nothing else. */
    private static byte[] identity(Session session, long key) throws HsmUnavailable, PKCS11Exception {
        byte[] first = session.encryptSingle(gcm(new byte[IV_BYTES], IDENTITY_INFO), key, new byte[TAG_BYTES]);
        byte[] second = session.encryptSingle(gcm(new byte[IV_BYTES], IDENTITY_INFO), key, new byte[TAG_BYTES]);
        if (!MessageDigest.isEqual(first, second)) {
            throw new HsmUnavailable("the token does not use the nonce that it is given (CKM_AES_GCM)");
        }
        try {
            return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(first), IDENTITY_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the Java runtime lacks SHA-256", e);
        }
    }

    private static Mechanism gcm(byte[] iv, byte[] associatedData) {
        return new Mechanism(CKM_AES_GCM, new GCM_PARAMS(iv, associatedData, TAG_BYTES * Byte.SIZE));
    }
}
