package ai.scailabs.vault.credentials.connector;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** A server that is none: it says what it was told to, one piece after each thing that it hears, and keeps that. For one connection. */
public final class AskingServer implements AutoCloseable {
    private static final int SILENCE_MILLIS = 20_000;
    /** Less than it keeps quiet, so that it is the other side that went. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ServerSocket server;
    private final boolean listensFirst;
    private final List<byte[]> lines;
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
    private final Thread thread;

    /** @param listensFirst whether the other side begins */
    public AskingServer(boolean listensFirst, byte[]... lines) throws IOException {
        this.server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        this.listensFirst = listensFirst;
        this.lines = List.of(lines);
        this.thread = Thread.ofVirtual().start(this::talk);
    }

    public int port() {
        return server.getLocalPort();
    }

    private void talk() {
        try (Socket socket = server.accept();
                OutputStream out = socket.getOutputStream()) {
            socket.setSoTimeout(SILENCE_MILLIS);
            if (listensFirst) {
                hear(socket);
            }
            for (byte[] line : lines) {
                out.write(line);
                hear(socket);
            }
            while (hear(socket)) {
                Thread.onSpinWait();
            }
        } catch (IOException over) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean hear(Socket socket) throws IOException {
        byte[] some = new byte[4096];
        int length = socket.getInputStream().read(some);
        if (length > 0) {
            synchronized (heard) {
                heard.write(some, 0, length);
            }
        }
        return length >= 0;
    }

    /** All of it, when the other side has gone. */
    public String heard() throws InterruptedException {
        if (!thread.join(PATIENCE)) {
            throw new IllegalStateException("the other side does not go");
        }
        synchronized (heard) {
            return heard.toString(StandardCharsets.ISO_8859_1);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
