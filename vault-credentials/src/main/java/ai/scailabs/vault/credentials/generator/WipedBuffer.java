package ai.scailabs.vault.credentials.generator;

import java.util.Arrays;

/** Bytes that become more. What it leaves behind when it grows is wiped, and the rest when it is closed. Not thread-safe. */
final class WipedBuffer implements AutoCloseable {
    private static final int FIRST_SIZE = 1_024;

    private byte[] bytes = new byte[FIRST_SIZE];
    private int length;

    int length() {
        return length;
    }

    void add(int one) {
        require(1);
        bytes[length++] = (byte) one;
    }

    /** Reads the array, and does not keep it. */
    void add(byte[] more) {
        require(more.length);
        System.arraycopy(more, 0, bytes, length, more.length);
        length += more.length;
    }

    /** Four bytes, the first of which weighs most. */
    void addInt(int number) {
        add(number >>> 24);
        add(number >>> 16);
        add(number >>> 8);
        add(number);
    }

    /** A copy, which is the caller's to wipe. */
    byte[] copy() {
        return Arrays.copyOf(bytes, length);
    }

    private void require(int more) {
        if (length + more > bytes.length) {
            byte[] larger = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
            Arrays.fill(bytes, (byte) 0);
            bytes = larger;
        }
    }

    @Override
    public void close() {
        Arrays.fill(bytes, (byte) 0);
    }
}
