package ai.scailabs.vault.outbound.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** A body that must come at a pace: whoever drips is given up. What counts is the time that the server was waited for, not what the reader did meanwhile. Its {@code close} ends the connection. */
final class PacedBody extends FilterInputStream {
    private static final long BYTES_PER_SECOND = 32 * 1024;

    private final GuardedConnection connection;
    private final long allowance;
    private long waited;
    private long count;

    /** @param allowance that it may be late at any moment */
    PacedBody(InputStream in, GuardedConnection connection, Duration allowance) {
        super(in);
        this.connection = connection;
        this.allowance = allowance.toNanos();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        long begin = System.nanoTime();
        int got = super.read(bytes, offset, length);
        waited += System.nanoTime() - begin;
        count += Math.max(got, 0);
        if (waited - allowance > count * 1_000_000_000.0 / BYTES_PER_SECOND) {
            throw new IOException("the answer comes too slowly");
        }
        return got;
    }

    @Override
    public long skip(long n) throws IOException {
        return readNBytes((int) Math.min(n, 64 * 1024)).length;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    @Override
    public void close() {
        connection.close();
    }
}
