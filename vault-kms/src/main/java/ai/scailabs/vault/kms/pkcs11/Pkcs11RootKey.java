package ai.scailabs.vault.kms.pkcs11;

import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.xipki.pkcs11.wrapper.PKCS11Exception;
import org.xipki.pkcs11.wrapper.Session;

/**
 * A root key in an HSM: an AES key of 256 bits that is not extractable, found by the labels of token and key, used with AES-GCM (CKM_AES_GCM, PKCS #11 v2.40, section
 * 2.12). What a key is bound to is the associated data. While the token is away calls end with {@code kms_unavailable}; once it is back they succeed again. Thread-safe.
 *
 * <p>Wrapped: format (1 byte), identity of the root key (8), nonce (12), ciphertext (32), tag (16). Format and identity are authenticated as well.
 */
public final class Pkcs11RootKey implements RootKey, AutoCloseable {
    private static final byte FORMAT = 0x11;
    private static final int MAX_WAITING = 1_024;
    private static final int HEADER_BYTES = 1 + RootKeySession.IDENTITY_BYTES;
    private static final int WRAPPED_BYTES =
            HEADER_BYTES + RootKeySession.IV_BYTES + KeyMaterial.BYTES + RootKeySession.TAG_BYTES;

    private final HsmCalls<RootKeySession> calls;
    private final SecureRandom random;
    private final byte[] header;

    private Pkcs11RootKey(HsmCalls<RootKeySession> calls, byte[] identity, SecureRandom random) {
        this.calls = calls;
        this.random = random;
        this.header =
                ByteBuffer.allocate(HEADER_BYTES).put(FORMAT).put(identity).array();
    }

    /**
     * Logs in and finds the key; never makes one.
     *
     * @throws IllegalStateException when that fails, or the key is not as it must be; says which and why
     */
    public static Pkcs11RootKey open(Pkcs11Properties properties, SecureRandom random) {
        SameKey key = new SameKey(properties.keyLabel());
        HsmCalls<RootKeySession> calls =
                new HsmCalls<>(properties.token(), key, MAX_WAITING, ErrorCode.KMS_UNAVAILABLE);
        try {
            calls.open();
            return new Pkcs11RootKey(calls, key.identity(), random);
        } catch (HsmUnavailable problem) {
            throw new IllegalStateException("the root key in the HSM: " + problem.getMessage(), problem);
        }
    }

    @Override
    public String id() {
        return name(header);
    }

    @Override
    public byte[] wrap(KeyMaterial key, WrapContext context) {
        byte[] nonce = new byte[RootKeySession.IV_BYTES];
        random.nextBytes(nonce);
        byte[] associated = associatedData(context);
        byte[] plaintext = key.exposeBytes().clone();
        try {
            byte[] sealed = calls.call(session -> session.encrypt(nonce, associated, plaintext));
            if (sealed.length != KeyMaterial.BYTES + RootKeySession.TAG_BYTES) {
                throw new VaultException(ErrorCode.KMS_UNAVAILABLE, "The HSM gave a ciphertext of another length");
            }
            return ByteBuffer.allocate(WRAPPED_BYTES)
                    .put(header)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (PKCS11Exception refused) {
            throw new VaultException(
                    ErrorCode.KMS_UNAVAILABLE, "The HSM does not encrypt: " + refused.getErrorName(), refused);
        } finally {
            Arrays.fill(plaintext, (byte) 0);
        }
    }

    @Override
    public KeyMaterial unwrap(byte[] wrapped, WrapContext context) {
        requireOwn(wrapped);
        byte[] nonce = Arrays.copyOfRange(wrapped, HEADER_BYTES, HEADER_BYTES + RootKeySession.IV_BYTES);
        byte[] sealed = Arrays.copyOfRange(wrapped, HEADER_BYTES + RootKeySession.IV_BYTES, WRAPPED_BYTES);
        byte[] associated = associatedData(context);
        byte[] key = new byte[0];
        try {
            key = calls.call(session -> session.decrypt(nonce, associated, sealed));
            if (key.length != KeyMaterial.BYTES) {
                throw altered();
            }
            return KeyMaterial.copyOf(key);
        } catch (PKCS11Exception refused) {
            // Tokens do not agree on the code for a wrong tag; that the token is there and the key works has been seen.
            throw altered();
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private void requireOwn(byte[] wrapped) {
        if (wrapped.length != WRAPPED_BYTES || wrapped[0] != FORMAT) {
            throw altered();
        }
        if (!Arrays.equals(wrapped, 0, HEADER_BYTES, header, 0, HEADER_BYTES)) {
            throw new VaultException(
                    ErrorCode.INTEGRITY_FAILURE,
                    "The key was wrapped by root key " + name(wrapped) + ", and this one is " + id());
        }
    }

    private byte[] associatedData(WrapContext context) {
        byte[] bound = context.bytes();
        return ByteBuffer.allocate(header.length + bound.length)
                .put(header)
                .put(bound)
                .array();
    }

    private static VaultException altered() {
        return new VaultException(
                ErrorCode.INTEGRITY_FAILURE, "The wrapped key was altered, or wrapped for something else");
    }

    private static String name(byte[] header) {
        return "pkcs11:" + HexFormat.of().formatHex(header, 1, HEADER_BYTES);
    }

    @Override
    public String toString() {
        return id();
    }

    /** Ends the sessions of this key. */
    @Override
    public void close() {
        calls.close();
    }

    /** The key of this label, which is the same for as long as it is in use. */
    private static final class SameKey implements TokenLogin.Opener<RootKeySession> {
        private final String label;
        private volatile byte @Nullable [] first;

        SameKey(String label) {
            this.label = label;
        }

        @Override
        public RootKeySession open(Session session, long generation) throws HsmUnavailable {
            RootKeySession opened = RootKeySession.open(session, generation, label);
            byte[] known = first;
            if (known == null) {
                first = opened.identity();
            } else if (!Arrays.equals(known, opened.identity())) {
                throw new HsmUnavailable("another key bears the label " + label + " now");
            }
            return opened;
        }

        byte[] identity() throws HsmUnavailable {
            byte[] known = first;
            if (known == null) {
                throw new HsmUnavailable("the key " + label + " was not found");
            }
            return known;
        }
    }
}
