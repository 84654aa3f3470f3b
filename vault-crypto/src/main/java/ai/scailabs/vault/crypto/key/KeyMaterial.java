package ai.scailabs.vault.crypto.key;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * The 32 bytes of an AES-256 key while one operation uses them. Copies in, wipes on {@link #close()}, compares in constant time, prints {@code [redacted]} and
 * cannot be serialised. Whoever receives one closes it. Wiping is best effort: the garbage collector may have moved the bytes before, and the cipher of the JDK keeps
 * its own key schedule until it is collected. Not thread-safe.
 */
public final class KeyMaterial implements AutoCloseable {
    public static final int BYTES = 32;

    private final byte[] bytes;
    private volatile boolean closed;

    private KeyMaterial(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A new random key. */
    public static KeyMaterial generate(SecureRandom random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return new KeyMaterial(bytes);
    }

    /**
     * A key of its own; the caller still has to wipe the array it passed in.
     *
     * @throws IllegalArgumentException when there are not exactly 32 bytes
     */
    public static KeyMaterial copyOf(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a key has " + BYTES + " bytes, not " + bytes.length);
        }
        return new KeyMaterial(bytes.clone());
    }

    /** A second key with the same bytes and a life of its own. */
    public KeyMaterial copy() {
        return new KeyMaterial(exposeBytes().clone());
    }

    /**
     * The array itself, not a copy: for ciphers and for adapters that hand the key to a KMS. Never to be kept, written to, logged or put into a {@code String}.
     *
     * @throws IllegalStateException after {@link #close()}
     */
    public byte[] exposeBytes() {
        if (closed) {
            throw new IllegalStateException("this key was wiped");
        }
        return bytes;
    }

    public boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        Arrays.fill(bytes, (byte) 0);
    }

    /** Constant time in the bytes; a wiped key equals only itself. */
    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof KeyMaterial that
                        && !closed
                        && !that.closed
                        && MessageDigest.isEqual(bytes, that.bytes));
    }

    /** The same for all keys, so that it tells nothing about one. */
    @Override
    public int hashCode() {
        return BYTES;
    }

    @Override
    public String toString() {
        return "[redacted]";
    }
}
