package ai.scailabs.vault.audit.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;

/** Stands before a server, and hands its connections through, or fails as it is told to. One request comes on each connection. */
public final class Relay implements AutoCloseable {
    private final URI server;
    private final ServerSocket listener;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicReference<Fault> fault = new AtomicReference<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger statusOfGet = new AtomicInteger();
    private final CountDownLatch end = new CountDownLatch(1);

    public Relay(URI server) {
        this.server = server;
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        passes();
        threads.submit(this::accept);
    }

    /** The path is that of the server. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort() + server.getRawPath());
    }

    /** Since it was last told what to do. */
    public int connections() {
        return connections.get();
    }

    /** Those that it answered itself, with the beginnings of their bodies. */
    public List<String> requests() {
        return requests;
    }

    /** Of its own answers to whoever only looks. */
    public void statusOfGet(int status) {
        statusOfGet.set(status);
    }

    public void passes() {
        meets((socket, number) -> pass(socket, Long.MAX_VALUE));
    }

    public void answers(int status, String headers, String body) {
        answersFor(Integer.MAX_VALUE, status, headers, body);
    }

    /** So many times; then it passes. */
    public void answersFor(int times, int status, String headers, String body) {
        meets((socket, number) -> {
            if (number <= times) {
                String request = readRequest(socket.getInputStream());
                requests.add(request);
                boolean looks = request.startsWith("GET ") || request.startsWith("HEAD ");
                int told = looks && statusOfGet.get() > 0 ? statusOfGet.get() : status;
                byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                socket.getOutputStream()
                        .write(("HTTP/1.1 " + told + " X\r\nContent-Length: " + bytes.length + "\r\n" + headers
                                        + "\r\n")
                                .getBytes(StandardCharsets.ISO_8859_1));
                socket.getOutputStream().write(bytes);
                socket.getOutputStream().flush();
            } else {
                pass(socket, Long.MAX_VALUE);
            }
        });
    }

    /** Until it is closed. */
    public void hangs() {
        meets((socket, number) -> await());
    }

    /** Hands the request through, loses the answer, and passes what comes later. */
    public void losesTheFirstAnswer() {
        meets((socket, number) -> pass(socket, number == 1 ? 0 : Long.MAX_VALUE));
    }

    /** Breaks off in the answer. */
    public void breaksOffAfter(long bytes) {
        meets((socket, number) -> pass(socket, bytes));
    }

    private void meets(Fault next) {
        connections.set(0);
        fault.set(next);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                int number = connections.incrementAndGet();
                Fault now = fault.get();
                threads.submit(() -> {
                    try (socket) {
                        now.meet(socket, number);
                    } catch (IOException hungUp) {
                        return;
                    }
                });
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void pass(Socket client, long answerBytes) throws IOException {
        try (Socket behind = new Socket(server.getHost(), server.getPort())) {
            threads.submit(() -> {
                try {
                    client.getInputStream().transferTo(behind.getOutputStream());
                } catch (IOException hungUp) {
                    return;
                }
            });
            long left = answerBytes;
            byte[] buffer = new byte[16 * 1024];
            InputStream in = behind.getInputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                client.getOutputStream().write(buffer, 0, (int) Math.min(left, count));
                left -= Math.min(left, count);
                if (left == 0) {
                    return;
                }
            }
        }
    }

    private static String readRequest(InputStream in) throws IOException {
        StringBuilder request = new StringBuilder();
        while (request.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                return request.toString();
            }
            request.append((char) c);
        }
        long left = Pattern.compile("(?i)\r\ncontent-length: *([0-9]+)")
                .matcher(request)
                .results()
                .mapToLong(length -> Long.parseLong(length.group(1)))
                .sum();
        byte[] buffer = new byte[16 * 1024];
        while (left > 0) {
            int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (count < 0) {
                break;
            }
            if (request.length() < 20_000) {
                request.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
            }
            left -= count;
        }
        return request.toString();
    }

    private void await() {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        end.countDown();
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.shutdownNow();
    }

    @FunctionalInterface
    private interface Fault {
        void meet(Socket socket, int number) throws IOException;
    }
}
