package ai.scailabs.vault.outbound.http;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Requests and answers of any size, to and from servers that tenants name, as vendors' libraries make them. As in {@link GuardedHttp}, a name is resolved once for each request, every address is checked,
 * no redirect is followed and TLS is verified; but neither body is held in memory. Each is made on a connection of its own, in the thread of the caller. Thread-safe.
 */
public final class GuardedTransfers implements AutoCloseable {
    /** Of a server that is waited for. */
    private static final Duration SILENCE = Duration.ofSeconds(20);

    private static final Duration ALLOWANCE = Duration.ofSeconds(30);
    private static final int MOST_INTERIM = 8;
    private static final int UNBOUNDED = -1;
    private static final Set<String> OURS =
            Set.of("host", "connection", "content-length", "transfer-encoding", "expect", "upgrade", "te", "trailer");

    private final AddressRule rule;
    private final SSLSocketFactory tls;
    private final boolean plainHere;
    private final int mostBytes;
    private final ScheduledExecutorService deadlines;

    /**
     * @param tls decides which certificates are trusted
     * @param plainHere whether a request without TLS is made to this machine, for development; it is never made to another
     */
    public GuardedTransfers(AddressRule rule, SSLSocketFactory tls, boolean plainHere) {
        this(
                rule,
                tls,
                plainHere,
                UNBOUNDED,
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("transfer-deadlines").daemon().factory()));
    }

    private GuardedTransfers(
            AddressRule rule,
            SSLSocketFactory tls,
            boolean plainHere,
            int mostBytes,
            ScheduledExecutorService deadlines) {
        this.rule = rule;
        this.tls = tls;
        this.plainHere = plainHere;
        this.mostBytes = mostBytes;
        this.deadlines = deadlines;
    }

    /** The same but for whom is trusted, for a server that its own authorities vouch for. Ends with this one, which is the one to close. */
    public GuardedTransfers trusting(SSLSocketFactory others) {
        return new GuardedTransfers(rule, others, plainHere, mostBytes, deadlines);
    }

    /**
     * The same for answers of which half is none: each is read whole before it is given, within the patience of its request, not compressed, and one that redirects is none. What goes wrong
     * is a {@link NoAnswerException}. Ends with this one.
     *
     * @param mostBytes of a body
     */
    public GuardedTransfers whole(int mostBytes) {
        return new GuardedTransfers(rule, tls, plainHere, mostBytes, deadlines);
    }

    /** Gives something up after that time, unless what is returned is cancelled before. */
    public Future<?> after(Duration time, Runnable giveUp) {
        return deadlines.schedule(giveUp, time.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Sends the request and reads the head of its answer, whatever its status.
     *
     * @param begun is told how to give up the request, from another thread
     * @return the answer, which the caller closes
     * @throws IOException when there is no answer in time; its message repeats nothing of the answer
     */
    public Incoming send(Outgoing request, Consumer<Runnable> begun) throws IOException {
        if (mostBytes == UNBOUNDED) {
            return begin(request, begun);
        }
        long begin = System.nanoTime();
        try {
            return begin(request, begun);
        } catch (IOException failed) {
            boolean late = System.nanoTime() - begin >= request.patience().toNanos();
            throw NoAnswerException.of(failed, late);
        }
    }

    private Incoming begin(Outgoing request, Consumer<Runnable> begun) throws IOException {
        boolean plain = !"https".equals(request.location().getScheme());
        if (plain && !plainHere) {
            throw new AddressRefusedException("a request without TLS");
        }
        AddressRule which = plain ? AddressRule.only(AddressRule.LOOPBACK) : rule;
        GuardedConnection connection = new GuardedConnection(request.location(), which, tls, SILENCE);
        begun.accept(connection::close);
        Future<?> deadline =
                deadlines.schedule(connection::close, request.patience().toNanos(), TimeUnit.NANOSECONDS);
        try {
            Socket socket = connection.connect();
            IOException unsent = sent(request, socket.getOutputStream());
            Incoming answer = answer(request, socket.getInputStream(), connection, unsent);
            return mostBytes == UNBOUNDED ? answer : whole(answer, connection);
        } catch (IOException | RuntimeException failed) {
            connection.close();
            throw failed;
        } finally {
            deadline.cancel(false);
        }
    }

    private Incoming whole(Incoming answer, GuardedConnection connection) throws IOException {
        if (answer.status() >= 300 && answer.status() < 400) {
            throw new NoAnswerException(NoAnswerException.Reason.REDIRECTED, "the answer points elsewhere");
        }
        if (answer.header("content-encoding")
                .filter(encoding -> !encoding.equalsIgnoreCase("identity"))
                .isPresent()) {
            throw new MalformedAnswerException("the answer is compressed, which nobody asked for");
        }
        byte[] body = answer.body().readNBytes(mostBytes + 1);
        if (body.length > mostBytes) {
            throw new NoAnswerException(
                    NoAnswerException.Reason.TOO_LARGE, "the answer is larger than " + mostBytes + " bytes");
        }
        connection.close();
        return answer.with(new ByteArrayInputStream(body));
    }

    /** What went wrong; a server that refuses a body answers before it has it all, and hangs up. */
    private @Nullable IOException sent(Outgoing request, OutputStream raw) {
        try {
            OutputStream out = new BufferedOutputStream(raw, 16 * 1024);
            out.write(head(request, mostBytes == UNBOUNDED).getBytes(StandardCharsets.ISO_8859_1));
            Outgoing.Body body = request.body();
            if (body != null) {
                body.writeTo(out);
            }
            out.flush();
            return null;
        } catch (IOException broken) {
            return broken;
        }
    }

    private static Incoming answer(
            Outgoing request, InputStream raw, GuardedConnection connection, @Nullable IOException unsent)
            throws IOException {
        InputStream in = new BufferedInputStream(raw, 16 * 1024);
        AnswerLines lines = new AnswerLines(in);
        try {
            AnswerHead head = AnswerHead.read(lines);
            for (int interim = 0; head.isInterim(); interim++) {
                if (interim == MOST_INTERIM || head.status() == 101) {
                    throw new MalformedAnswerException("nothing but interim answers");
                }
                head = AnswerHead.read(lines);
            }
            if (unsent != null && head.status() < 400) {
                throw unsent;
            }
            InputStream body = head.body(in, lines, request.method().equals("HEAD"));
            return new Incoming(head, new PacedBody(body, connection, ALLOWANCE), connection);
        } catch (IOException none) {
            throw unsent == null ? none : unsent;
        }
    }

    private static String head(Outgoing request, boolean compressed) {
        URI location = request.location();
        String path = location.getRawPath().isEmpty() ? "/" : location.getRawPath();
        String query = location.getRawQuery() == null ? "" : "?" + location.getRawQuery();
        StringBuilder head = new StringBuilder();
        line(head, request.method() + " " + path + query + " HTTP/1.1");
        line(head, "Host: " + location.getRawAuthority());
        line(head, "Connection: close");
        for (Map.Entry<String, String> header : request.headers()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (!OURS.contains(name) && (compressed || !name.equals("accept-encoding"))) {
                line(head, header.getKey() + ": " + header.getValue());
            }
        }
        Outgoing.Body body = request.body();
        if (body != null) {
            line(head, "Content-Length: " + body.length());
        } else if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            line(head, "Content-Length: 0");
        }
        return head.append("\r\n").toString();
    }

    private static void line(StringBuilder head, String line) {
        for (int i = 0; i < line.length(); i++) {
            if (line.charAt(i) < ' ' || line.charAt(i) > '~') {
                throw new IllegalArgumentException("a header holds printable ASCII only");
            }
        }
        head.append(line).append("\r\n");
    }

    @Override
    public void close() {
        deadlines.shutdownNow();
    }
}
