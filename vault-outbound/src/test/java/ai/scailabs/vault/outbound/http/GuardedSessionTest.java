package ai.scailabs.vault.outbound.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.testkit.TestAuthority;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GuardedSessionTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("session");

    private final ScheduledExecutorService deadlines = Executors.newSingleThreadScheduledExecutor();
    private final List<Object> connections = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        deadlines.shutdownNow();
    }

    private GuardedSession session(URI location, Duration patience) throws IOException {
        return new GuardedSession(
                location,
                new AddressRule(AddressRule.LOOPBACK),
                TlsServer.trusting(AUTHORITY),
                false,
                patience,
                deadlines);
    }

    private static int post(GuardedSession session, String body) throws IOException {
        return session.post(Map.of("X-One", "1"), body.getBytes(StandardCharsets.UTF_8));
    }

    private TlsServer server(HttpHandler handler) {
        return new TlsServer(AUTHORITY.server("session"), exchange -> {
            connections.add(exchange.getRemoteAddress());
            exchange.getRequestBody().readAllBytes();
            handler.handle(exchange);
        });
    }

    @Test
    void connection_isKept_whateverTheAnswerLooksLike() throws Exception {
        try (TlsServer server = server(exchange -> {
                    try (exchange) {
                        int n = connections.size();
                        // Of known length, in chunks, and none.
                        exchange.sendResponseHeaders(n % 3 == 2 ? 204 : 200 + n, n % 3 == 0 ? 5 : n % 3 == 1 ? 0 : -1);
                        if (n % 3 != 2) {
                            exchange.getResponseBody().write("hello".getBytes(StandardCharsets.UTF_8));
                        }
                    }
                });
                GuardedSession session = session(server.uri("/x"), Duration.ofSeconds(5))) {
            for (int i = 0; i < 9; i++) {
                assertThat(post(session, "{}") / 100).isEqualTo(2);
            }
            assertThat(connections.stream().distinct()).hasSize(1);
        }
    }

    @Test
    void serverThatHangsUp_isConnectedToAgain() throws Exception {
        try (TlsServer server = server(exchange -> {
                    try (exchange) {
                        exchange.getResponseHeaders().add("Connection", "close");
                        exchange.sendResponseHeaders(200, -1);
                    }
                });
                GuardedSession session = session(server.uri("/"), Duration.ofSeconds(5))) {
            assertThat(post(session, "{}")).isEqualTo(200);
            assertThat(post(session, "{}")).isEqualTo(200);
            assertThat(connections.stream().distinct()).hasSize(2);
        }
    }

    @Test
    void answerThatIsTooLong_countsByItsStatus_andEndsTheConnection() throws Exception {
        byte[] tooLong = new byte[200 * 1024];
        try (TlsServer server = server(exchange -> {
                    try (exchange) {
                        exchange.sendResponseHeaders(200, tooLong.length);
                        exchange.getResponseBody().write(tooLong);
                    }
                });
                GuardedSession session = session(server.uri("/"), Duration.ofSeconds(5))) {
            assertThat(post(session, "{}")).isEqualTo(200);
            assertThat(post(session, "{}")).isEqualTo(200);
            assertThat(connections.stream().distinct()).hasSize(2);
        }
    }

    @Test
    void serverThatDoesNotAnswer_isGivenUpInTime() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        try (TlsServer server = server(exchange -> {
                    try (exchange) {
                        end.await();
                    } catch (InterruptedException stopped) {
                        Thread.currentThread().interrupt();
                    }
                });
                GuardedSession session = session(server.uri("/"), Duration.ofMillis(700))) {
            long begun = System.nanoTime();
            assertThatThrownBy(() -> post(session, "{}")).isInstanceOf(IOException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
            end.countDown();
        }
    }

    @Test
    void plainHttp_isForThisMachineInDevelopmentAlone() throws Exception {
        URI plain = URI.create("http://localhost:1/");
        assertThatThrownBy(() -> session(plain, Duration.ofSeconds(1))).isInstanceOf(AddressRefusedException.class);
        try (GuardedSession elsewhere = new GuardedSession(
                URI.create("http://192.0.2.1:1/"),
                new AddressRule(List.of()),
                OutboundTls.system(),
                true,
                Duration.ofSeconds(1),
                deadlines)) {
            assertThatThrownBy(() -> post(elsewhere, "{}")).isInstanceOf(AddressRefusedException.class);
        }
    }
}
