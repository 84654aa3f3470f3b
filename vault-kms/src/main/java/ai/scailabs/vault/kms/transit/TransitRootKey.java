package ai.scailabs.vault.kms.transit;

import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kms.call.WrapFrame;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A root key in the Transit engine of HashiCorp Vault or OpenBao. What a key is bound to is the associated data. Transit writes the version of its key into what it returns, so that after a
 * rotation there what was wrapped before still opens. The driver makes text of keys, which stays in memory until it is collected. Thread-safe.
 *
 * <p>Wrapped: format (1 byte), which key (8), checksum (8), what Transit returned. Both are beginnings of SHA-256, of the public name and of the rest; they tell damage from an outage, and
 * spare a call.
 */
public final class TransitRootKey implements RootKey, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TransitRootKey.class);

    private static final byte FORMAT = 0x13;
    private static final int MAX_CIPHERTEXT = 512;
    private static final Pattern CIPHERTEXT = Pattern.compile("vault:v[1-9][0-9]{0,8}:[A-Za-z0-9+/]{60,450}={0,2}");

    private final TransitCalls calls;
    private final KeyProof proof;
    private final String id;
    private final WrapFrame frame;

    private TransitRootKey(TransitProperties properties, SecureRandom random, Clock clock) {
        this.calls = new TransitCalls(properties, clock, random);
        this.proof = new KeyProof(calls, properties.keyName(), random);
        this.id = "hashicorp:" + properties.keyName();
        this.frame = new WrapFrame(FORMAT, id, id, MAX_CIPHERTEXT);
    }

    /**
     * Logs in and looks whether the key is fit. When the server cannot be reached, or is sealed, that is done at the first call.
     *
     * @throws IllegalStateException when the server says no, or the key is not as it must be; says which and why
     */
    public static TransitRootKey open(TransitProperties properties, SecureRandom random, Clock clock) {
        TransitRootKey opened = new TransitRootKey(properties, random, clock);
        try {
            opened.proof.require(opened.calls.deadline());
        } catch (TransitTrouble trouble) {
            if (!trouble.kind().passes()) {
                opened.close();
                throw new IllegalStateException("the root key in Transit: " + trouble.getMessage(), trouble);
            }
            LOG.warn("the root key in Transit is not there yet: {}", trouble.getMessage());
        }
        return opened;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public byte[] wrap(KeyMaterial key, WrapContext context) {
        byte[] associated = context.bytes();
        String ciphertext = asked((server, token, end) -> server.encrypt(token, key.exposeBytes(), associated, end));
        if (!CIPHERTEXT.matcher(ciphertext).matches()) {
            throw new VaultException(ErrorCode.KMS_UNAVAILABLE, "Transit gave an answer that makes no sense");
        }
        return frame.around(ciphertext.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public KeyMaterial unwrap(byte[] wrapped, WrapContext context) {
        String ciphertext = ciphertextOf(wrapped);
        byte[] associated = context.bytes();
        byte[] key = asked((server, token, end) -> server.decrypt(token, ciphertext, associated, end));
        try {
            if (key.length != KeyMaterial.BYTES) {
                throw WrapFrame.altered();
            }
            return KeyMaterial.copyOf(key);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private String ciphertextOf(byte[] wrapped) {
        String ciphertext = new String(frame.within(wrapped), StandardCharsets.ISO_8859_1);
        if (!CIPHERTEXT.matcher(ciphertext).matches()) {
            throw WrapFrame.altered();
        }
        return ciphertext;
    }

    private <T> T asked(TransitCalls.Call<T> call) {
        Deadline deadline = calls.deadline();
        try {
            proof.require(deadline);
            return calls.call(deadline, call);
        } catch (TransitTrouble trouble) {
            throw refusal(trouble);
        }
    }

    private static VaultException refusal(TransitTrouble trouble) {
        return switch (trouble.kind()) {
            case ALTERED -> WrapFrame.altered();
            case TOO_OLD ->
                new VaultException(
                        ErrorCode.KMS_UNAVAILABLE,
                        "Transit does not open any more what that version of its key has wrapped",
                        trouble);
            // Why, with names of keys and files, is for the log.
            case FORBIDDEN, NO_LOGIN, REFUSED, NONSENSE, BUSY, UNREACHABLE ->
                new VaultException(ErrorCode.KMS_UNAVAILABLE, "Transit does not serve", trouble);
        };
    }

    @Override
    public String toString() {
        return id();
    }

    @Override
    public void close() {
        calls.close();
    }
}
