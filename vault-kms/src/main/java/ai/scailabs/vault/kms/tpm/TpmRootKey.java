package ai.scailabs.vault.kms.tpm;

import ai.scailabs.vault.crypto.envelope.KeyWrap;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A root key in a TPM 2.0: an HMAC key with SHA-256 that cannot leave it, used with TPM2_HMAC. Each partner key is wrapped under a key that the TPM makes for it alone, of random bytes that are stored and of
 * what it is bound to (docs/decisions/tpm-root-key.md). While the TPM is away calls end with {@code kms_unavailable}; once it is back they succeed again. Thread-safe.
 *
 * <p>Wrapped: format (1 byte), which root key (8), random bytes (32), and under the key that is made of them as KeyWrap does it: nonce (24), ciphertext (32), tag (16). What comes before the nonce
 * is authenticated as well.
 */
public final class TpmRootKey implements RootKey, AutoCloseable {
    /** Named in whatever keeps the service from starting. */
    private static final String GUIDE = "docs/guides/root-keys/tpm.md";

    private static final byte FORMAT = 0x14;
    private static final int FINGERPRINT_BYTES = 8;
    private static final int OWN_BYTES = 1 + FINGERPRINT_BYTES;
    private static final int SEED_BYTES = 32;
    private static final int HEADER_BYTES = OWN_BYTES + SEED_BYTES;
    private static final byte[] LABEL = "scaivault tpm root key wrap v1".getBytes(StandardCharsets.US_ASCII);

    private final KeptKey kept;
    private final SecureRandom random;
    private final String id;
    private final byte[] own;

    private TpmRootKey(KeptKey kept, SecureRandom random) {
        this.kept = kept;
        this.random = random;
        byte[] name = kept.name();
        this.id = "tpm:" + HexFormat.of().formatHex(name);
        this.own = ByteBuffer.allocate(OWN_BYTES)
                .put(FORMAT)
                .put(name, Short.BYTES, FINGERPRINT_BYTES)
                .array();
    }

    /**
     * Finds the key and uses it once; never makes one.
     *
     * @throws IllegalStateException when that fails, or the key is not as it must be; says which and why
     */
    public static TpmRootKey open(TpmProperties properties, SecureRandom random) {
        try {
            return new TpmRootKey(KeptKey.open(properties, random), random);
        } catch (TpmUnavailable problem) {
            throw new IllegalStateException(
                    "the root key in the TPM: " + problem.getMessage() + " (" + GUIDE + ")", problem);
        }
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public byte[] wrap(KeyMaterial key, WrapContext context) {
        byte[] seed = new byte[SEED_BYTES];
        random.nextBytes(seed);
        byte[] header = ByteBuffer.allocate(HEADER_BYTES).put(own).put(seed).array();
        byte[] bound = context.bytes();
        try (KeyMaterial once = derived(header, bound)) {
            return KeyWrap.wrap(once, key, header, bound, random);
        }
    }

    @Override
    public KeyMaterial unwrap(byte[] wrapped, WrapContext context) {
        byte[] header = headerOf(wrapped);
        byte[] bound = context.bytes();
        try (KeyMaterial once = derived(header, bound)) {
            return KeyWrap.unwrap(once, wrapped, header, bound);
        }
    }

    private byte[] headerOf(byte[] wrapped) {
        if (wrapped.length != HEADER_BYTES + KeyWrap.BYTES_AFTER_HEADER || wrapped[0] != FORMAT) {
            throw new VaultException(ErrorCode.INTEGRITY_FAILURE, "The bytes are not a key wrapped by a TPM");
        }
        if (!Arrays.equals(wrapped, 0, OWN_BYTES, own, 0, OWN_BYTES)) {
            throw new VaultException(
                    ErrorCode.INTEGRITY_FAILURE,
                    "The key was wrapped by another root key than " + id + ", or in another TPM");
        }
        return Arrays.copyOf(wrapped, HEADER_BYTES);
    }

    /** All parts have fixed lengths, so that two different inputs are never the same message. */
    private KeyMaterial derived(byte[] header, byte[] bound) {
        byte[] context = Digests.sha256(bound);
        byte[] message = ByteBuffer.allocate(LABEL.length + SEED_BYTES + context.length)
                .put(LABEL)
                .put(header, OWN_BYTES, SEED_BYTES)
                .put(context)
                .array();
        byte[] made = kept.hmac(message);
        try {
            return KeyMaterial.copyOf(made);
        } finally {
            Arrays.fill(made, (byte) 0);
        }
    }

    @Override
    public String toString() {
        return id;
    }

    /** Ends the session in the TPM, unless another key is used there. */
    @Override
    public void close() {
        kept.close();
    }
}
