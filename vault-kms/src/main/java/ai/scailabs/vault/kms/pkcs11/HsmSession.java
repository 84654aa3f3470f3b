package ai.scailabs.vault.kms.pkcs11;

import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKA_DECRYPT;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKA_ENCRYPT;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKA_EXTRACTABLE;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKA_KEY_TYPE;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKA_SENSITIVE;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKA_VALUE_LEN;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKK_AES;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKM_AES_GCM;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKR_PIN_EXPIRED;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKR_PIN_INCORRECT;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKR_PIN_INVALID;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKR_PIN_LEN_RANGE;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKR_PIN_LOCKED;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKR_USER_ALREADY_LOGGED_IN;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKU_USER;

import ai.scailabs.vault.kms.credential.CredentialFile;
import ai.scailabs.vault.kms.credential.CredentialUnusable;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xipki.pkcs11.wrapper.AttributeVector;
import org.xipki.pkcs11.wrapper.Mechanism;
import org.xipki.pkcs11.wrapper.PKCS11Exception;
import org.xipki.pkcs11.wrapper.Session;
import org.xipki.pkcs11.wrapper.Slot;
import org.xipki.pkcs11.wrapper.Token;
import org.xipki.pkcs11.wrapper.params.GCM_PARAMS;

/**
 * A session with the token, logged in, in which the key was found and has encrypted once. Used by one thread at a time, and within {@link CryptokiLibrary#inside} only.
 * After a call that failed it is closed, as the token may still be in the middle of it.
 */
final class HsmSession {
    static final int IV_BYTES = 12;
    static final int TAG_BYTES = 16;
    static final int IDENTITY_BYTES = 8;

    private static final Logger LOG = LoggerFactory.getLogger(HsmSession.class);
    private static final int KEY_BYTES = 32;
    private static final byte[] IDENTITY_INFO = "scaivault pkcs11 root key id v1".getBytes(StandardCharsets.US_ASCII);
    private static final Set<Long> PIN_REFUSED =
            Set.of(CKR_PIN_INCORRECT, CKR_PIN_INVALID, CKR_PIN_LEN_RANGE, CKR_PIN_EXPIRED, CKR_PIN_LOCKED);

    private final Session session;
    private final long key;
    private final byte[] identity;
    private final long generation;

    private HsmSession(Session session, long key, byte[] identity, long generation) {
        this.session = session;
        this.key = key;
        this.identity = identity;
        this.generation = generation;
    }

    static HsmSession open(CryptokiLibrary library, Pkcs11Properties where, CredentialFile pin) throws HsmUnavailable {
        Session session = connect(library, where);
        try {
            pin.use(utf8 -> login(session, utf8));
            long key = find(session, where.keyLabel());
            requireSuitable(session, key, where.keyLabel());
            return new HsmSession(session, key, identity(session, key), library.generation());
        } catch (PKCS11Exception failure) {
            close(session);
            throw new HsmUnavailable("the key " + where.keyLabel() + " cannot be used", failure);
        } catch (CredentialUnusable refusal) {
            close(session);
            throw new HsmUnavailable(String.valueOf(refusal.getMessage()));
        } catch (HsmUnavailable refusal) {
            close(session);
            throw refusal;
        }
    }

    /** Whether the handles still mean what they meant. */
    boolean isOf(long currentGeneration) {
        return generation == currentGeneration;
    }

    /** Tells this key from others, also where it was copied to another token by the maker's own means. */
    byte[] identity() {
        return identity;
    }

    /** The ciphertext, followed by the tag. */
    byte[] encrypt(byte[] iv, byte[] associatedData, byte[] plaintext) throws PKCS11Exception {
        return session.encryptSingle(gcm(iv, associatedData), key, plaintext);
    }

    byte[] decrypt(byte[] iv, byte[] associatedData, byte[] sealed) throws PKCS11Exception {
        return session.decryptSingle(gcm(iv, associatedData), key, sealed);
    }

    void close() {
        close(session);
    }

    private static Session connect(CryptokiLibrary library, Pkcs11Properties where) throws HsmUnavailable {
        try {
            List<Token> tokens = new ArrayList<>();
            for (Slot slot : library.module().getSlotList(true)) {
                if (bears(slot.getToken(), where.tokenLabel())) {
                    tokens.add(slot.getToken());
                }
            }
            if (tokens.size() != 1) {
                throw new HsmUnavailable((tokens.isEmpty() ? "no token bears" : "several tokens bear") + " the label "
                        + where.tokenLabel());
            }
            return tokens.getFirst().openSession(false);
        } catch (PKCS11Exception failure) {
            throw new HsmUnavailable("the token " + where.tokenLabel() + " cannot be reached", failure);
        }
    }

    /** A token that does not even tell its name is not the one, whatever is wrong with it. */
    private static boolean bears(Token token, String label) {
        try {
            return token.getTokenInfo().getLabel().strip().equals(label);
        } catch (PKCS11Exception broken) {
            LOG.debug("a token does not tell its label: {}", broken.getErrorName());
            return false;
        }
    }

    /** One login counts for all sessions of the process. */
    private static Optional<Session> login(Session session, byte[] pinUtf8) throws HsmUnavailable {
        char[] pin = characters(pinUtf8);
        try {
            session.login(CKU_USER, pin);
            return Optional.of(session);
        } catch (PKCS11Exception refusal) {
            if (refusal.getErrorCode() == CKR_USER_ALREADY_LOGGED_IN) {
                return Optional.of(session);
            }
            if (PIN_REFUSED.contains(refusal.getErrorCode())) {
                LOG.error("The token refuses the PIN: {}", refusal.getErrorName());
                return Optional.empty();
            }
            throw new HsmUnavailable("the token takes no login", refusal);
        } finally {
            Arrays.fill(pin, '\0');
        }
    }

    private static char[] characters(byte[] utf8) throws HsmUnavailable {
        try {
            CharBuffer decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8));
            char[] pin = new char[decoded.remaining()];
            decoded.get(pin);
            Arrays.fill(decoded.array(), '\0');
            return pin;
        } catch (CharacterCodingException e) {
            throw new HsmUnavailable("the PIN is not UTF-8 text");
        }
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

    private static void close(Session session) {
        try {
            session.closeSession();
        } catch (PKCS11Exception gone) {
            LOG.debug("a session had ended already: {}", gone.getErrorName());
        }
    }
}
