package ai.scailabs.vault.outbound.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;

/** A body whose length is known. One that is shorter is an error, never an end. */
final class SizedBody extends InputStream {
    private final InputStream in;
    private long left;

    SizedBody(InputStream in, long length) {
        this.in = in;
        this.left = length;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (left == 0) {
            return -1;
        }
        int count = in.read(bytes, offset, (int) Math.min(left, length));
        if (count < 0) {
            throw new SocketException("the answer ended early");
        }
        left -= count;
        return count;
    }
}
