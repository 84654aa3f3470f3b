package ai.scailabs.vault.kms.call;

import ai.scailabs.vault.testkit.TestAuthority;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A server on loopback that answers as it is, or as it is told to: with errors, slowly, or with nonsense. */
public final class TlsPeer implements AutoCloseable {
    private final HttpServer server;
    private final Handler handler;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicReference<@Nullable Fault> fault = new AtomicReference<>();

    /** @param certificate absent for plain HTTP */
    public TlsPeer(TestAuthority.@Nullable Issued certificate, Handler handler) {
        this.handler = handler;
        InetSocketAddress where = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try {
            if (certificate == null) {
                server = HttpServer.create(where, 0);
            } else {
                HttpsServer tls = HttpsServer.create(where, 0);
                tls.setHttpsConfigurator(new HttpsConfigurator(context(certificate)));
                server = tls;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** Since the last fault was set. */
    public int calls() {
        return calls.get();
    }

    public void serves() {
        meets(null);
    }

    /** The same answer to everything. */
    public void says(int status, Map<String, String> headers, String body) {
        meets((exchange, request) -> send(exchange, new Response(status, headers, body)));
    }

    /** As often; then it serves. */
    public void saysFor(int times, Response response) {
        AtomicInteger left = new AtomicInteger(times);
        meets((exchange, request) -> send(exchange, left.getAndDecrement() > 0 ? response : handler.handle(request)));
    }

    /** What was sent, in the body of an error. */
    public void echoes(int status) {
        meets((exchange, request) -> send(exchange, new Response(status, Map.of(), request.body())));
    }

    /** Hangs up. */
    public void closes() {
        meets((exchange, request) -> {});
    }

    public void hangsUntil(CountDownLatch end) {
        meets((exchange, request) -> await(end, Long.MAX_VALUE));
    }

    /** Never ends, byte by byte. */
    public void dripsUntil(CountDownLatch end) {
        meets((exchange, request) -> {
            exchange.sendResponseHeaders(200, 0);
            while (!await(end, 50)) {
                exchange.getResponseBody().write(' ');
                exchange.getResponseBody().flush();
            }
        });
    }

    private void meets(@Nullable Fault next) {
        calls.set(0);
        fault.set(next);
    }

    private void answer(HttpExchange exchange) {
        calls.incrementAndGet();
        try (exchange) {
            Request request = new Request(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getRawPath(),
                    exchange.getRequestURI().getRawQuery(),
                    exchange.getRequestHeaders().getFirst("Content-Type"),
                    exchange.getRequestHeaders().getFirst("Authorization"),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            Fault met = fault.get();
            if (met == null) {
                send(exchange, handler.handle(request));
            } else {
                met.meet(exchange, request);
            }
        } catch (IOException gone) {
            exchange.close();
        }
    }

    private static void send(HttpExchange exchange, Response response) throws IOException {
        byte[] bytes = response.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json; charset=utf-8");
        response.headers().forEach(exchange.getResponseHeaders()::add);
        exchange.sendResponseHeaders(response.status(), bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static boolean await(CountDownLatch end, long millis) {
        try {
            return end.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private static SSLContext context(TestAuthority.Issued issued) {
        try {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(null, null);
            keys.setKeyEntry("server", issued.key(), new char[0], new Certificate[] {issued.certificate()});
            KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(keys, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }

    /** How it serves. */
    @FunctionalInterface
    public interface Handler {
        Response handle(Request request);
    }

    @FunctionalInterface
    private interface Fault {
        void meet(HttpExchange exchange, Request request) throws IOException;
    }

    public record Request(
            String method,
            String path,
            @Nullable String query,
            @Nullable String contentType,
            @Nullable String authorization,
            String body) {}

    public record Response(int status, Map<String, String> headers, String body) {}
}
