package ai.scailabs.vault.credentials.connector;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/**
 * A connection that was made for a driver. Drivers keep what a server sends until there is an end of it; here the end comes when there has been more than any answer to us is long. What they see of it
 * may be put between, such as TLS.
 */
public final class RoutedSocket extends Socket {
    private final long mostBytes;
    private long received;
    private @Nullable InputStream in;
    private @Nullable OutputStream out;

    RoutedSocket(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** From now on it shows these streams, which read from and write to those that it had. */
    public synchronized void show(InputStream shownIn, OutputStream shownOut) {
        in = shownIn;
        out = shownOut;
    }

    @Override
    public synchronized InputStream getInputStream() throws IOException {
        InputStream shown = in;
        return shown == null ? new Counted(super.getInputStream()) : shown;
    }

    @Override
    public synchronized OutputStream getOutputStream() throws IOException {
        OutputStream shown = out;
        return shown == null ? super.getOutputStream() : shown;
    }

    private synchronized int count(int bytes) throws IOException {
        received += Math.max(0, bytes);
        if (received > mostBytes) {
            throw new IOException("the server sends more than it was asked for");
        }
        return bytes;
    }

    private final class Counted extends FilterInputStream {
        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int next = in.read();
            count(next < 0 ? 0 : 1);
            return next;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            return count(in.read(buffer, offset, length));
        }
    }
}
