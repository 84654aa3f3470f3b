package ai.scailabs.vault.credentials.connector.postgresql;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Reads the lengths of messages before the driver does, which makes room for as much as a server announces. Not thread-safe. */
final class MessageGuard extends FilterInputStream {
    private static final int MOST_BYTES = 1024 * 1024;
    /** Of the type and the length, which counts itself. */
    private static final int HEAD_BYTES = 5;

    private static final int LENGTH_BYTES = 4;

    private int headBytes;
    private int length;
    private int bodyBytes;

    MessageGuard(InputStream in) {
        super(in);
    }

    @Override
    public int read() throws IOException {
        int next = in.read();
        if (next >= 0) {
            look((byte) next);
        }
        return next;
    }

    @Override
    public int read(byte[] buffer, int offset, int most) throws IOException {
        int count = in.read(buffer, offset, most);
        for (int i = 0; i < count; i++) {
            look(buffer[offset + i]);
        }
        return count;
    }

    private void look(byte next) throws IOException {
        if (bodyBytes > 0) {
            bodyBytes--;
            return;
        }
        // The type, which comes first, is shifted out by the length.
        length = length << Byte.SIZE | next & 0xff;
        headBytes++;
        if (headBytes == HEAD_BYTES) {
            if (length < LENGTH_BYTES || length > MOST_BYTES) {
                throw new IOException("the server announces more than it was asked for");
            }
            bodyBytes = length - LENGTH_BYTES;
            headBytes = 0;
        }
    }
}
