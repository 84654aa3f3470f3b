package ai.scailabs.vault.outbound.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An answer whose body may be of any size, and is read from the connection, which {@link #close()} ends. Not thread-safe, but closing is. */
public final class Incoming implements AutoCloseable {
    private final AnswerHead head;
    private final InputStream body;
    private final GuardedConnection connection;

    Incoming(AnswerHead head, InputStream body, GuardedConnection connection) {
        this.head = head;
        this.body = body;
        this.connection = connection;
    }

    Incoming with(InputStream whole) {
        return new Incoming(head, whole, connection);
    }

    public int status() {
        return head.status();
    }

    /** In order, their names as the server wrote them. */
    public List<Map.Entry<String, String>> headers() {
        return head.headers();
    }

    /** @param name in small letters */
    public Optional<String> header(String name) {
        return head.header(name);
    }

    /** Never silently short: one that breaks off, or drips, throws. Its {@code close} ends the connection. */
    public InputStream body() {
        return body;
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
