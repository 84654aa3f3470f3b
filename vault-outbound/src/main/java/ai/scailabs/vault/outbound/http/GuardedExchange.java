package ai.scailabs.vault.outbound.http;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.Callable;

/** One short request and its answer, on a connection of its own. Another thread may {@link #close()} it at any time. */
final class GuardedExchange implements Callable<Reply>, AutoCloseable {
    private final GuardedConnection connection;
    private final byte[] request;

    GuardedExchange(GuardedConnection connection, byte[] request) {
        this.connection = connection;
        this.request = request;
    }

    @Override
    public Reply call() throws IOException {
        try (Socket socket = connection.connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(request);
            out.flush();
            return new HttpAnswer(new BufferedInputStream(socket.getInputStream()), GuardedHttp.MAX_BYTES).read();
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
