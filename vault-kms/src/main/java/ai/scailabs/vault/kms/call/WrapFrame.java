package ai.scailabs.vault.kms.call;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * What is stored around the answer of a key service: format (1 byte), which key (8), checksum (8), the answer. Key and checksum are beginnings of SHA-256, of the key's name and of the answer: they tell
 * damage, and another root key, from an outage, and spare a call. They authenticate nothing; the service does.
 */
public final class WrapFrame {
    private static final int HASH_BYTES = 8;

    private final byte[] header;
    private final String rootKeyId;
    private final int mostBytes;

    /**
     * @param keyName of the service's own, in ASCII
     * @param rootKeyId for people
     * @param mostBytes that an answer has
     */
    public WrapFrame(byte format, String keyName, String rootKeyId, int mostBytes) {
        this.header = ByteBuffer.allocate(1 + HASH_BYTES)
                .put(format)
                .put(hash(keyName.getBytes(StandardCharsets.US_ASCII)))
                .array();
        this.rootKeyId = rootKeyId;
        this.mostBytes = mostBytes;
    }

    /** Format and key, as they stand in front. */
    public byte[] header() {
        return header.clone();
    }

    public byte[] around(byte[] answer) {
        return ByteBuffer.allocate(header.length + HASH_BYTES + answer.length)
                .put(header)
                .put(hash(answer))
                .put(answer)
                .array();
    }

    /** @throws VaultException {@code integrity_failure} when it is not the frame of this key around an answer that is whole */
    public byte[] within(byte[] wrapped) {
        int from = header.length + HASH_BYTES;
        if (wrapped.length <= from || wrapped.length > from + mostBytes || wrapped[0] != header[0]) {
            throw altered();
        }
        if (!Arrays.equals(wrapped, 0, header.length, header, 0, header.length)) {
            throw new VaultException(
                    ErrorCode.INTEGRITY_FAILURE, "The key was wrapped by another root key than " + rootKeyId);
        }
        byte[] answer = Arrays.copyOfRange(wrapped, from, wrapped.length);
        if (!Arrays.equals(hash(answer), Arrays.copyOfRange(wrapped, header.length, from))) {
            throw altered();
        }
        return answer;
    }

    /** The refusal of whatever does not open, for which of the reasons it may be. */
    public static VaultException altered() {
        return new VaultException(
                ErrorCode.INTEGRITY_FAILURE,
                "The wrapped key was altered, or wrapped for something else or by another root key");
    }

    private static byte[] hash(byte[] bytes) {
        try {
            return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(bytes), HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the Java runtime lacks SHA-256", e);
        }
    }
}
