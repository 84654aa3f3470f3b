package ai.scailabs.vault.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;

/**
 * A directory of ACME on loopback, of our own: strict about every request as RFC 8555 has it, and with the ways of directories that Pebble is not ({@link AcmeWays}). It takes everybody at their word, unless it is told
 * where to look. What it issues are certificates of their own authority; it forgets everything when it ends. Thread-safe.
 */
public final class TestAcme implements AutoCloseable {
    private static final TestAuthority AUTHORITY = new TestAuthority("strict directory");

    private final AcmeWays ways = new AcmeWays();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<String> refused = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpsServer server;
    private final AcmeDesk desk;

    private TestAcme(int httpPort) {
        try {
            server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        desk = new AcmeDesk(base(), ways, httpPort, Clock.systemUTC());
        server.setHttpsConfigurator(
                new HttpsConfigurator(AUTHORITY.server("strict directory").context()));
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** One that looks at no answer. */
    public static TestAcme believing() {
        return new TestAcme(0);
    }

    /** One that looks for answers by HTTP at this port of the machine, whatever the name. */
    public static TestAcme answeredAt(int httpPort) {
        return new TestAcme(httpPort);
    }

    public AcmeWays ways() {
        return ways;
    }

    private URI base() {
        return URI.create("https://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Where clients begin. */
    public URI directory() {
        return base().resolve("/directory");
    }

    /** Of whoever vouches for its own TLS, in PEM. */
    public String certificate() {
        try (StringWriter text = new StringWriter();
                JcaPEMWriter pem = new JcaPEMWriter(text)) {
            pem.writeObject(AUTHORITY.certificate());
            pem.flush();
            return text.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The name of a root, by which another chain may be preferred. */
    public static String root(int index) {
        return AcmeIssuer.root(index);
    }

    /** What was asked for: method and path, in the order in which it came. */
    public List<String> asked() {
        return List.copyOf(asked);
    }

    /** What was refused, but nonces, and why. */
    public List<String> refused() {
        return List.copyOf(refused);
    }

    /** How often somebody asked for an order before they were told to ask. */
    public int early() {
        return desk.early();
    }

    /** By their numbers, in hexadecimal digits. */
    public List<String> revoked() {
        return desk.revoked();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            asked.add(exchange.getRequestMethod() + " " + path);
            byte[] body = exchange.getRequestBody().readAllBytes();
            AcmeAnswer answer;
            AcmeWays.Instead instead = ways.instead(path);
            if (instead != null) {
                answer = AcmeAnswer.of(instead.status(), instead.contentType(), instead.body());
            } else {
                answer = answered(exchange, path, body);
            }
            send(exchange, answer);
        }
    }

    private AcmeAnswer answered(HttpExchange exchange, String path, byte[] body) {
        try {
            return desk.answer(exchange, path, body);
        } catch (AcmeProblem problem) {
            if (!problem.toString().startsWith("badNonce")) {
                refused.add(path + " " + problem);
            }
            return problem.answer();
        } catch (RuntimeException broken) {
            refused.add(path + " " + broken);
            return new AcmeProblem(500, "serverInternal", String.valueOf(broken)).answer();
        }
    }

    private void send(HttpExchange exchange, AcmeAnswer answer) throws IOException {
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.getResponseHeaders().set("Content-Type", answer.contentType());
        if (!exchange.getRequestMethod().equals("GET")) {
            exchange.getResponseHeaders().set("Replay-Nonce", desk.nonce());
        }
        AcmeAnswer complete = answer.with("Link", "<" + directory() + ">;rel=\"index\"");
        if (ways.isLinesJoined()) {
            exchange.getResponseHeaders()
                    .set(
                            "Link",
                            String.join(
                                    ", ",
                                    complete.headers().stream()
                                            .filter(each -> each.getKey().equals("Link"))
                                            .map(each -> each.getValue().replace(";rel=", "; title=\"a, b;c\"; rel="))
                                            .toList()));
        }
        for (var header : complete.headers()) {
            if (!ways.isLinesJoined() || !header.getKey().equals("Link")) {
                exchange.getResponseHeaders().add(header.getKey(), header.getValue());
            }
        }
        boolean empty = exchange.getRequestMethod().equals("HEAD") || answer.body().length == 0;
        exchange.sendResponseHeaders(answer.status(), empty ? -1 : answer.body().length);
        if (!empty) {
            exchange.getResponseBody().write(answer.body());
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
