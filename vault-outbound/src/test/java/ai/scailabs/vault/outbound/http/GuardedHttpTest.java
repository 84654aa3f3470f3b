package ai.scailabs.vault.outbound.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.testkit.TestAuthority;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the other server is and does. */
class GuardedHttpTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("outbound-test");

    private final GuardedHttp http =
            new GuardedHttp(new AddressRule(AddressRule.LOOPBACK), TlsServer.trusting(AUTHORITY));

    @AfterEach
    void close() {
        http.close();
    }

    @Test
    void answer_isGivenWithItsStatus() throws Exception {
        try (TlsServer server = new TlsServer(AUTHORITY.server("good"), TlsServer.saying(200, "{\"a\": 1}"))) {
            assertThat(http.get(server.uri("/keys?x=1"))).isEqualTo(new Reply(200, "{\"a\": 1}"));
        }
        try (TlsServer server = new TlsServer(AUTHORITY.server("good"), TlsServer.saying(403, "no"))) {
            assertThat(http.post(server.uri("/"), Map.of("X-One", "1"), "body").status())
                    .isEqualTo(403);
        }
    }

    /** Advisory CVE-2021-27400. */
    @Test
    void serverThatNobodyVouchesFor_isRefused() {
        TestAuthority stranger = new TestAuthority("stranger");
        for (TestAuthority.Issued identity : List.of(
                stranger.server("other authority"),
                AUTHORITY.serverNamed("elsewhere.example.test"),
                AUTHORITY.expiredServer("expired"))) {
            AtomicInteger asked = new AtomicInteger();
            try (TlsServer server = new TlsServer(identity, exchange -> asked.incrementAndGet())) {
                assertThatThrownBy(() -> http.get(server.uri("/")))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("localhost");
            }
            assertThat(asked).hasValue(0);
        }
    }

    @Test
    void authorityOfTheOperator_vouchesBesidesThoseOfTheRuntime(@TempDir Path folder) throws Exception {
        Path file = TestAuthority.write(folder.resolve("ca.pem"), AUTHORITY.certificate());
        AddressRule rule = new AddressRule(AddressRule.LOOPBACK);
        try (TlsServer server = new TlsServer(AUTHORITY.server("private"), TlsServer.saying(200, "{}"));
                GuardedHttp with = new GuardedHttp(rule, OutboundTls.systemAnd(file));
                GuardedHttp without = new GuardedHttp(rule, OutboundTls.system())) {
            assertThat(with.get(server.uri("/")).status()).isEqualTo(200);
            assertThatThrownBy(() -> without.get(server.uri("/"))).isInstanceOf(IOException.class);
        }
    }

    /** Advisory CVE-2026-5052. */
    @Test
    void nameThatLeadsInside_isRefused_beforeAnythingIsConnected() throws Exception {
        try (GuardedHttp guarded = new GuardedHttp(new AddressRule(List.of()), TlsServer.trusting(AUTHORITY));
                ServerSocket inside = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            inside.setSoTimeout(1);
            for (String host : List.of("localhost", "127.0.0.1", "[::1]", "169.254.169.254", "[::ffff:127.0.0.1]")) {
                assertThatThrownBy(() -> guarded.get(URI.create("https://" + host + ":" + inside.getLocalPort() + "/")))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("not permitted");
            }
            assertThatThrownBy(inside::accept).isInstanceOf(java.net.SocketTimeoutException.class);
        }
    }

    @Test
    void redirect_isNotFollowed() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (TlsServer server = new TlsServer(AUTHORITY.server("good"), exchange -> {
            try (exchange) {
                asked.incrementAndGet();
                exchange.getResponseHeaders().set("Location", "https://localhost/elsewhere");
                exchange.sendResponseHeaders(302, -1);
            }
        })) {
            assertThat(http.get(server.uri("/")).status()).isEqualTo(302);
        }
        assertThat(asked).hasValue(1);
    }

    /** Advisory CVE-2026-4525. */
    @Test
    void request_holdsWhatIsOurs_andNothingElse() throws Exception {
        AtomicReference<Map<String, List<String>>> seen = new AtomicReference<>();
        try (TlsServer server = new TlsServer(AUTHORITY.server("good"), exchange -> {
            seen.set(Map.copyOf(exchange.getRequestHeaders()));
            TlsServer.saying(200, "{}").handle(exchange);
        })) {
            http.get(server.uri("/"));
        }
        assertThat(seen.get()).containsOnlyKeys("Host", "User-agent", "Connection", "Accept");
    }

    @Test
    void headerWithALineBreak_isNotSent() {
        assertThatThrownBy(() -> http.post(URI.create("https://localhost:1/"), Map.of("X-One", "1\r\nX-Two: 2"), ""))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hello\r\n\r\n",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabc",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\nabc",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\nabc",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc",
                "HTTP/1.1 200 OK\r\n folded: 1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nno colon\r\n\r\n"
            })
    void answerThatIsNotWellFormed_isRefused(String answer) {
        assertThatThrownBy(() -> against(answer.getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(IOException.class);
    }

    @Test
    void answerInChunks_orUntilTheEnd_isRead() throws Exception {
        String head = "HTTP/1.1 200 OK\r\n";
        assertThat(against((head + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII))
                        .body())
                .isEqualTo("abcde");
        assertThat(against((head + "\r\nabc").getBytes(StandardCharsets.US_ASCII))
                        .body())
                .isEqualTo("abc");
    }

    @Test
    void answerThatIsTooLarge_isRefused() {
        byte[] endless =
                ("HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(GuardedHttp.MAX_BYTES + 1)).getBytes(StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> against(endless)).hasMessageContaining("larger");
        byte[] head = ("HTTP/1.1 200 OK\r\nX: " + "x".repeat(20_000) + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> against(head)).hasMessageContaining("head");
    }

    @Test
    void serverThatNeverEnds_isGivenUpInTime() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Void> serving = CompletableFuture.runAsync(() -> {
                try (Socket socket = server.accept()) {
                    socket.getOutputStream().write("HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII));
                    socket.getOutputStream().flush();
                    never.await();
                } catch (IOException | InterruptedException ended) {
                    throw new IllegalStateException(ended);
                }
            });
            long begin = System.nanoTime();
            assertThatThrownBy(() -> http.get(URI.create("http://127.0.0.1:" + server.getLocalPort() + "/")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("within 3 s");
            assertThat((System.nanoTime() - begin) / 1_000_000).isBetween(2_500L, 10_000L);
            never.countDown();
            serving.join();
        }
    }

    private Reply against(byte[] answer) throws IOException, InterruptedException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture.runAsync(() -> serve(server, answer));
            return http.get(URI.create("http://127.0.0.1:" + server.getLocalPort() + "/"));
        }
    }

    private static void serve(ServerSocket server, byte[] answer) {
        try (Socket socket = server.accept();
                OutputStream out = socket.getOutputStream()) {
            out.write(answer);
            out.flush();
            socket.shutdownOutput();
            socket.getInputStream().readAllBytes();
        } catch (IOException gone) {
            throw new java.io.UncheckedIOException(gone);
        }
    }
}
