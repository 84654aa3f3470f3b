package ai.scailabs.vault.outbound.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.testkit.TestAuthority;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuardedTransfersTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("transfers");
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int LARGE = 3_000_000;
    private static final ScheduledExecutorService LATER = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().factory());

    private final GuardedTransfers here =
            new GuardedTransfers(new AddressRule(AddressRule.LOOPBACK), TlsServer.trusting(AUTHORITY), true);

    @Test
    void largeBodies_passBothWays_overTls() throws Exception {
        AtomicLong received = new AtomicLong();
        try (TlsServer server = new TlsServer(AUTHORITY.server("good"), exchange -> {
            try (exchange) {
                received.set(exchange.getRequestBody().readAllBytes().length);
                exchange.sendResponseHeaders(200, LARGE);
                exchange.getResponseBody().write(new byte[LARGE]);
            }
        })) {
            try (Incoming answer = here.send(put(server.uri("/large"), LARGE), end -> {})) {
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.body().readAllBytes()).hasSize(LARGE);
            }
        }
        assertThat(received).hasValue(LARGE);
    }

    @Test
    void serverThatNobodyVouchesFor_isShownNothing() throws Exception {
        AtomicLong asked = new AtomicLong();
        try (TlsServer server = new TlsServer(new TestAuthority("stranger").server("other"), exchange -> {
            try (exchange) {
                asked.incrementAndGet();
            }
        })) {
            assertThatThrownBy(() -> here.send(put(server.uri("/"), 1), end -> {}))
                    .isInstanceOf(IOException.class);
        }
        assertThat(asked).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "10.0.0.1"})
    void nameThatLeadsInside_isRefused_beforeAnythingIsConnected(String host) throws Exception {
        GuardedTransfers guarded =
                new GuardedTransfers(new AddressRule(List.of()), TlsServer.trusting(AUTHORITY), false);
        try (ServerSocket inside = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            inside.setSoTimeout(1);
            for (String scheme : List.of("https", "http")) {
                URI location = URI.create(scheme + "://" + host + ":" + inside.getLocalPort() + "/");
                assertThatThrownBy(() -> guarded.send(put(location, 1), end -> {}))
                        .isInstanceOf(AddressRefusedException.class);
            }
            assertThatThrownBy(inside::accept).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void requestWithoutTls_isMadeToThisMachineOnly() {
        GuardedTransfers development =
                new GuardedTransfers(new AddressRule(AddressRule.LOOPBACK), TlsServer.trusting(AUTHORITY), true);
        for (String host : List.of("192.0.2.1", "93.184.216.34")) {
            assertThatThrownBy(() -> development.send(put(URI.create("http://" + host + "/"), 1), end -> {}))
                    .isInstanceOf(AddressRefusedException.class);
        }
    }

    @Test
    void frameOfTheRequest_isOurs() throws Exception {
        AtomicReference<String> seen = new AtomicReference<>();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            serve(server, socket -> {
                seen.set(head(socket.getInputStream()));
                answer(socket, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            });
            Outgoing request = new Outgoing(
                    "POST",
                    uri(server),
                    List.of(
                            Map.entry("Content-Length", "999"),
                            Map.entry("Transfer-Encoding", "chunked"),
                            Map.entry("Host", "elsewhere"),
                            Map.entry("Expect", "100-continue"),
                            Map.entry("X-Own", "kept")),
                    null,
                    PATIENCE);
            try (Incoming answer = here.send(request, end -> {})) {
                assertThat(answer.status()).isEqualTo(200);
            }
        }
        assertThat(seen.get())
                .contains("\r\nContent-Length: 0\r\n", "\r\nX-Own: kept\r\n", "\r\nHost: 127.0.0.1:")
                .doesNotContain("999", "chunked", "elsewhere", "Expect");
    }

    @Test
    void headerWithALineBreak_isNotSent() {
        assertThatThrownBy(() -> here.send(
                        new Outgoing(
                                "GET",
                                URI.create("http://127.0.0.1:1/"),
                                List.of(Map.entry("X-One", "1\r\nX-Two: 2")),
                                null,
                                PATIENCE),
                        end -> {}))
                .isInstanceOfAny(IllegalArgumentException.class, IOException.class);
    }

    @Test
    void serverThatRefusesABodyHalfWay_isHeard() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            serve(server, socket -> {
                head(socket.getInputStream());
                answer(socket, "HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno");
                socket.shutdownOutput();
                socket.getInputStream().readAllBytes();
            });
            try (Incoming answer = here.send(put(uri(server), LARGE), end -> {})) {
                assertThat(answer.status()).isEqualTo(403);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
            })
    void bodyThatBreaksOff_isAnError(String text) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            serve(server, socket -> {
                head(socket.getInputStream());
                answer(socket, text);
            });
            try (Incoming answer = here.send(new Outgoing("GET", uri(server), List.of(), null, PATIENCE), end -> {})) {
                assertThatThrownBy(() -> answer.body().readAllBytes()).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void serverThatTakesNothing_isGivenUpInTime_andOnRequest() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        for (boolean onRequest : new boolean[] {false, true}) {
            try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                serve(server, socket -> await(end));
                long begin = System.nanoTime();
                Duration patience = onRequest ? Duration.ofMinutes(5) : Duration.ofMillis(300);
                assertThatThrownBy(() -> here.send(put(uri(server), 50_000_000, patience), given -> {
                            if (onRequest) {
                                LATER.schedule(given, 300, TimeUnit.MILLISECONDS);
                            }
                        }))
                        .isInstanceOf(IOException.class);
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
            }
        }
        end.countDown();
    }

    private static Outgoing put(URI location, int length) {
        return put(location, length, PATIENCE);
    }

    private static Outgoing put(URI location, int length, Duration patience) {
        return new Outgoing("PUT", location, List.of(), new Zeros(length), patience);
    }

    private static URI uri(ServerSocket server) {
        return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/");
    }

    private static void serve(ServerSocket server, Served served) {
        Thread.ofVirtual().start(() -> {
            try (Socket socket = server.accept()) {
                served.serve(socket);
            } catch (IOException gone) {
                throw new UncheckedIOException(gone);
            }
        });
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.read());
        }
        return head.toString();
    }

    private static void answer(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }

    private static void await(CountDownLatch end) {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private record Zeros(long length) implements Outgoing.Body {
        @Override
        public void writeTo(OutputStream out) throws IOException {
            byte[] block = new byte[64 * 1024];
            Arrays.fill(block, (byte) 'x');
            for (long left = length; left > 0; left -= block.length) {
                out.write(block, 0, (int) Math.min(left, block.length));
            }
        }
    }

    @FunctionalInterface
    private interface Served {
        void serve(Socket socket) throws IOException;
    }
}
