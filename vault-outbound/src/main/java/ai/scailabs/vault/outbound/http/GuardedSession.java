package ai.scailabs.vault.outbound.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Posts to one URL, one body after the other, and keeps the connection between them where the server does. As in {@link GuardedHttp}, the name is resolved once for each connection, every address is checked, no redirect is
 * followed, TLS is verified, and an answer is bounded in bytes and in time, from the look-up of the name to the last byte. For one thread at a time.
 */
public final class GuardedSession implements AutoCloseable {
    /** What the answer says does not count; so much of it is read that the connection can be used again. */
    private static final int MAX_BYTES = 64 * 1024;

    private static final Duration LONGEST_USE = Duration.ofSeconds(60);

    private final URI location;
    private final AddressRule rule;
    private final SSLSocketFactory tls;
    private final Duration patience;
    private final ScheduledExecutorService deadlines;
    private @Nullable Open open;

    /**
     * @param tls decides which certificates are trusted
     * @param plainHere whether a URL without TLS may lead to this machine, for development; it never leads to another
     * @param patience of one post
     * @param deadlines breaks off what takes longer
     * @throws AddressRefusedException for a URL without TLS that is not permitted
     */
    public GuardedSession(
            URI location,
            AddressRule rule,
            SSLSocketFactory tls,
            boolean plainHere,
            Duration patience,
            ScheduledExecutorService deadlines)
            throws AddressRefusedException {
        boolean plain = !"https".equals(location.getScheme());
        if (plain && !plainHere) {
            throw new AddressRefusedException("a request without TLS");
        }
        this.location = location;
        this.rule = plain ? AddressRule.only(AddressRule.LOOPBACK) : rule;
        this.tls = tls;
        this.patience = patience;
        this.deadlines = deadlines;
    }

    /**
     * The status of the answer.
     *
     * @param headers besides those of every request
     * @throws IOException when there is no complete answer in time; its message is for the log and repeats nothing of the answer
     */
    public int post(Map<String, String> headers, byte[] body) throws IOException {
        byte[] request = request(headers, body);
        Open kept = open;
        if (kept != null && System.nanoTime() - kept.since() < LONGEST_USE.toNanos()) {
            long began = System.nanoTime();
            try {
                return exchange(kept, request);
            } catch (IOException ended) {
                close();
                // Who is late has perhaps taken it. The others have perhaps hung up meanwhile, as they may: what they
                // did
                // not take is sent again.
                if (System.nanoTime() - began >= patience.toNanos()) {
                    throw ended;
                }
            }
        }
        close();
        GuardedConnection connection = new GuardedConnection(location, rule, tls, patience);
        return exchange(new Open(connection, System.nanoTime()), request);
    }

    private int exchange(Open on, byte[] request) throws IOException {
        Future<?> deadline = deadlines.schedule(on.connection()::close, patience.toNanos(), TimeUnit.NANOSECONDS);
        boolean reusable = false;
        try {
            Socket socket = on.socket();
            OutputStream out = socket.getOutputStream();
            out.write(request);
            out.flush();
            AnswerLines lines = new AnswerLines(on.in());
            AnswerHead head = AnswerHead.read(lines);
            if (head.isInterim()) {
                throw new IOException("an interim answer, which nobody asked for");
            }
            reusable = isComplete(head, head.body(on.in(), lines, false), lines);
            return head.status();
        } finally {
            deadline.cancel(false);
            if (reusable) {
                open = on;
            } else {
                open = null;
                on.connection().close();
            }
        }
    }

    /** Whether the answer ends where its head says, so that another can follow. */
    private static boolean isComplete(AnswerHead head, InputStream body, AnswerLines lines) throws IOException {
        boolean framed = head.status() == 204
                || head.status() == 304
                || head.header("content-length").isPresent()
                || head.header("transfer-encoding").isPresent();
        int count = 0;
        byte[] buffer = new byte[4 * 1024];
        for (int got = body.read(buffer); got >= 0; got = body.read(buffer)) {
            count += got;
            if (count > MAX_BYTES) {
                return false;
            }
        }
        if (head.header("transfer-encoding").isPresent()) {
            String trailer = lines.next();
            while (!trailer.isEmpty()) {
                trailer = lines.next();
            }
        }
        return framed
                && !head.header("connection").map("close"::equalsIgnoreCase).orElse(false);
    }

    private byte[] request(Map<String, String> headers, byte[] body) {
        String path = location.getRawPath().isEmpty() ? "/" : location.getRawPath();
        String query = location.getRawQuery() == null ? "" : "?" + location.getRawQuery();
        StringBuilder head = new StringBuilder();
        line(head, "POST " + path + query + " HTTP/1.1");
        line(head, "Host: " + location.getRawAuthority());
        headers.forEach((name, value) -> line(head, name + ": " + value));
        line(head, "Content-Length: " + body.length);
        ByteArrayOutputStream request = new ByteArrayOutputStream(head.length() + body.length + 2);
        request.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        request.writeBytes(body);
        return request.toByteArray();
    }

    private static void line(StringBuilder head, String line) {
        for (int i = 0; i < line.length(); i++) {
            if (line.charAt(i) < ' ' || line.charAt(i) > '~') {
                throw new IllegalArgumentException("a header holds printable ASCII only");
            }
        }
        head.append(line).append("\r\n");
    }

    /** Ends the connection; the next post makes another. */
    @Override
    public void close() {
        if (open != null) {
            open.connection().close();
            open = null;
        }
    }

    /** A connection, which is made when it is used for the first time. */
    private static final class Open {
        private final GuardedConnection connection;
        private final long since;
        private @Nullable Socket socket;
        private @Nullable InputStream in;

        private Open(GuardedConnection connection, long since) {
            this.connection = connection;
            this.since = since;
        }

        GuardedConnection connection() {
            return connection;
        }

        long since() {
            return since;
        }

        Socket socket() throws IOException {
            if (socket == null) {
                socket = connection.connect();
            }
            return socket;
        }

        InputStream in() throws IOException {
            if (in == null) {
                in = new BufferedInputStream(socket().getInputStream(), 16 * 1024);
            }
            return in;
        }
    }
}
