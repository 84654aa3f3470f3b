package ai.scailabs.vault.kernel.sensitive;

import java.util.Arrays;

/**
 * Plaintext of a secret while a request holds it. Owns its array: the caller must not keep a reference to the one it passed in. {@link #close()} wipes
 * it; best effort, as the garbage collector may have moved copies before. Not thread-safe.
 */
public final class SensitiveBytes implements AutoCloseable {
    private final byte[] bytes;
    private boolean closed;

    private SensitiveBytes(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Takes ownership of the array, which is wiped on close. */
    public static SensitiveBytes owning(byte[] bytes) {
        return new SensitiveBytes(bytes);
    }

    /** The array itself, not a copy; only to be read before {@link #close()}. */
    public byte[] expose() {
        if (closed) {
            throw new IllegalStateException("already wiped");
        }
        return bytes;
    }

    public int length() {
        return bytes.length;
    }

    @Override
    public void close() {
        closed = true;
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public String toString() {
        return "[redacted]";
    }
}
