package ai.scailabs.vault.api.answer;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** Collects an answer that may hold a secret; overwrites what it outgrows and, on {@link #wipe}, what it holds. */
public final class WipedBuffer extends OutputStream {
    private static final int INITIAL_BYTES = 1_024;

    private byte[] bytes = new byte[INITIAL_BYTES];
    private int size;

    @Override
    public void write(int b) {
        ensure(1);
        bytes[size++] = (byte) b;
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        ensure(length);
        System.arraycopy(source, offset, bytes, size, length);
        size += length;
    }

    public int size() {
        return size;
    }

    /** A copy, which the caller owns and wipes. */
    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    void copyTo(OutputStream target) throws IOException {
        target.write(bytes, 0, size);
    }

    public void wipe() {
        Arrays.fill(bytes, (byte) 0);
        size = 0;
    }

    private void ensure(int more) {
        if (size + more > bytes.length) {
            byte[] outgrown = bytes;
            bytes = Arrays.copyOf(outgrown, Math.max(size + more, 2 * outgrown.length));
            Arrays.fill(outgrown, (byte) 0);
        }
    }
}
