package ai.scailabs.vault.pki.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.OutboundTls;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Directories that mean no good. */
class GuardedClientTest {
    private final GuardedTransfers transfers =
            new GuardedTransfers(new AddressRule(List.of()), OutboundTls.system(), true);
    private final AtomicInteger reached = new AtomicInteger();
    private HttpServer directory;

    @BeforeEach
    void start() throws IOException {
        directory = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        directory.start();
    }

    @AfterEach
    void stop() {
        directory.stop(0);
        transfers.close();
    }

    @Test
    void redirect_isAnAnswerLikeOthers_andNotFollowed() throws Exception {
        directory.createContext("/secret", exchange -> {
            reached.incrementAndGet();
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        directory.createContext("/dir", exchange -> {
            exchange.getResponseHeaders().set("Location", "/secret");
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        HttpResponse<String> answer = client(Duration.ofSeconds(5)).send(get("/dir"), BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(reached).hasValue(0);
    }

    @Test
    void answerWithoutEnd_isGivenUpAtItsBound() {
        directory.createContext("/dir", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] chunk = new byte[64 * 1024];
            try {
                for (int i = 0; i < 1_000; i++) {
                    exchange.getResponseBody().write(chunk);
                    reached.incrementAndGet();
                }
            } catch (IOException hungUp) {
                exchange.close();
            }
        });
        assertThatThrownBy(() -> client(Duration.ofSeconds(5)).send(get("/dir"), BodyHandlers.ofString()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("larger than");
        assertThat(reached.get()).isLessThan(1_000);
    }

    @Test
    void silence_endsWithTheBudgetOfTheConversation() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            GuardedClient client = client(Duration.ofMillis(600));
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/dir"))
                    .build();
            long begin = System.nanoTime();
            assertThatThrownBy(() -> client.send(request, BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
            // Nothing is left of it for another request.
            assertThatThrownBy(() -> client.send(request, BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void bodyAndHeaders_arriveAsTheyWereSent() throws Exception {
        directory.createContext("/order", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String type = exchange.getRequestHeaders().getFirst("Content-Type");
            exchange.getResponseHeaders().set("Replay-Nonce", "abc");
            byte[] answer = (type + " " + new String(body, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(201, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        HttpResponse<String> answer = client(Duration.ofSeconds(5))
                .send(
                        HttpRequest.newBuilder(uri("/order"))
                                .header("Content-Type", "application/jose+json")
                                .POST(HttpRequest.BodyPublishers.ofString("{\"a\":1}"))
                                .build(),
                        BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(answer.body()).isEqualTo("application/jose+json {\"a\":1}");
        assertThat(answer.headers().firstValue("replay-nonce")).contains("abc");
    }

    @Test
    void locationWithoutAHostOrWithAUser_isNotAskedFor() {
        GuardedClient client = client(Duration.ofSeconds(5));
        HttpRequest request = HttpRequest.newBuilder(URI.create(
                        "http://user@127.0.0.1:" + directory.getAddress().getPort() + "/dir"))
                .build();
        assertThatThrownBy(() -> client.send(request, BodyHandlers.ofString())).isInstanceOf(IOException.class);
    }

    private GuardedClient client(Duration budget) {
        return new GuardedClient(transfers, budget);
    }

    private HttpRequest get(String path) {
        return HttpRequest.newBuilder(uri(path)).build();
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + directory.getAddress().getPort() + path);
    }
}
