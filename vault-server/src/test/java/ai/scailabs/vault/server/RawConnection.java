package ai.scailabs.vault.server;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A connection that sends whatever bytes it is given and reads the answer. Opens itself again when the server has closed it. Not thread-safe. */
final class RawConnection implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 30_000;
    private static final int MAX_ATTEMPTS = 4;

    private final int port;
    private @Nullable Socket socket;
    private @Nullable InputStream in;

    RawConnection(int port) {
        this.port = port;
    }

    /** The first answer to these bytes; asks on new connections before it gives up. @throws IOException when the server closes again and again without one */
    Reply exchange(byte[] request) throws IOException {
        IOException last = new EOFException("never tried");
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            try {
                return attempt(request);
            } catch (IOException closed) {
                // A connection that is being closed while it is used loses what was on its way.
                last = closed;
                close();
            }
        }
        throw last;
    }

    private Reply attempt(byte[] request) throws IOException {
        send(request);
        Reply reply = receive();
        if (!"keep-alive".equalsIgnoreCase(reply.headers().getOrDefault("connection", "keep-alive"))) {
            close();
        }
        return reply;
    }

    void send(byte[] bytes) throws IOException {
        if (socket == null) {
            Socket opened = new Socket();
            opened.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
            opened.setSoTimeout(PATIENCE_MILLIS);
            opened.setTcpNoDelay(true);
            socket = opened;
            in = new BufferedInputStream(opened.getInputStream());
        }
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    Reply receive() throws IOException {
        String statusLine = line();
        while (statusLine.startsWith("HTTP/1.1 100")) {
            headers();
            statusLine = line();
        }
        String[] parts = statusLine.split(" ", 3);
        if (parts.length < 2 || !parts[0].startsWith("HTTP/1.")) {
            throw new IOException("not an answer: " + statusLine);
        }
        int status = Integer.parseInt(parts[1]);
        Map<String, String> headers = headers();
        return new Reply(status, headers, body(status, headers));
    }

    private Map<String, String> headers() throws IOException {
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return headers;
    }

    private String body(int status, Map<String, String> headers) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if (headers.containsKey("content-length")) {
            body.write(read(Integer.parseInt(headers.get("content-length"))));
        } else if ("chunked".equals(headers.get("transfer-encoding"))) {
            for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
                body.write(read(size));
                line();
            }
            line();
        } else if (status != 204 && status != 304) {
            input().transferTo(body);
            close();
        }
        return body.toString(StandardCharsets.UTF_8);
    }

    private byte[] read(int length) throws IOException {
        byte[] bytes = input().readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the answer ended early");
        }
        return bytes;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = input().read(); b != '\n'; b = input().read()) {
            if (b < 0) {
                throw new EOFException("closed without an answer");
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    private InputStream input() throws IOException {
        if (in == null) {
            throw new EOFException("not open");
        }
        return in;
    }

    @Override
    public void close() throws IOException {
        Socket open = socket;
        socket = null;
        in = null;
        if (open != null) {
            open.close();
        }
    }

    /** @param headers by their names in lower case */
    record Reply(int status, Map<String, String> headers, String body) {}
}
