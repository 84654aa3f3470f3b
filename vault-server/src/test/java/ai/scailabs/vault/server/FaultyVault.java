package ai.scailabs.vault.server;

import ai.scailabs.vault.testkit.TestAuthority;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Secrets Manager on loopback that serves well until it is told not to. */
final class FaultyVault implements AutoCloseable {
    private final HttpServer server;
    private final String scheme;
    private final Shown shown = new Shown();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicInteger values = new AtomicInteger();
    private final List<String> headers = new CopyOnWriteArrayList<>();
    private volatile Fault fault = FaultyVault::serve;

    /** Over HTTP. */
    FaultyVault() {
        this(null);
    }

    /** @param identity which it shows; absent for plain HTTP */
    FaultyVault(TestAuthority.@Nullable Issued identity) {
        InetSocketAddress anywhere = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try {
            server = identity == null ? HttpServer.create(anywhere, 0) : HttpsServer.create(anywhere, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        scheme = identity == null ? "http" : "https";
        if (identity != null) {
            shown.now = identity;
            ((HttpsServer) server).setHttpsConfigurator(new HttpsConfigurator(shown.context()));
        }
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.getRequestHeaders().forEach((name, sent) -> headers.add(name + ": " + sent));
                if (target(exchange).endsWith("GetSecretValue")) {
                    values.incrementAndGet();
                }
                fault.answer(exchange);
            }
        });
        server.start();
    }

    Map<String, String> config() {
        return Map.of(
                "region",
                "eu-central-1",
                "credentials_path",
                PreparedVaults.CREDENTIALS,
                "endpoint",
                scheme + "://localhost:" + server.getAddress().getPort());
    }

    /** To whoever connects from now on. */
    void shows(TestAuthority.Issued identity) {
        shown.now = identity;
    }

    /** How often a value was asked for. */
    int reads() {
        return values.get();
    }

    /** All that were sent to it. */
    List<String> headers() {
        return headers;
    }

    void serves(Fault next) {
        fault = next;
    }

    /** Keeps every caller waiting for so long, and serves then. */
    Fault late(long millis) {
        return exchange -> {
            try {
                if (!closed.await(millis, TimeUnit.MILLISECONDS)) {
                    serve(exchange);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    /** Every secret is there, and none is listed. */
    static void serve(HttpExchange exchange) throws IOException {
        serve(exchange, List.of());
    }

    /** Every secret is there, and these are listed. */
    static Fault holding(Collection<String> names) {
        return exchange -> serve(exchange, names);
    }

    /** Every secret's value tells its name. */
    private static void serve(HttpExchange exchange, Collection<String> names) throws IOException {
        JsonNode asked = JsonMapper.shared().readTree(exchange.getRequestBody().readAllBytes());
        String name = asked.path("SecretId").asString("");
        String answer = target(exchange).endsWith("GetSecretValue")
                ? "{\"Name\":\"" + name
                        + "\",\"VersionId\":\"00000000-0000-4000-8000-000000000001\",\"CreatedDate\":1764000000,"
                        + "\"VersionStages\":[\"AWSCURRENT\"],\"SecretString\":\"of " + name + "\"}"
                : JsonMapper.shared()
                        .writeValueAsString(Map.of(
                                "SecretList",
                                names.stream().map(each -> Map.of("Name", each)).toList()));
        answer(exchange, 200, answer.getBytes(StandardCharsets.UTF_8));
    }

    static Fault saying(int status, String body) {
        return exchange -> answer(exchange, status, body.getBytes(StandardCharsets.UTF_8));
    }

    static Fault redirecting(String location) {
        return exchange -> {
            exchange.getResponseHeaders().set("Location", location);
            exchange.sendResponseHeaders(307, -1);
        };
    }

    static Fault huge(int bytes) {
        return exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] block = new byte[64 * 1024];
            try (OutputStream out = exchange.getResponseBody()) {
                for (int sent = 0; sent < bytes; sent += block.length) {
                    out.write(block);
                }
            }
        };
    }

    static Fault halfClosed() {
        return exchange -> {
            exchange.sendResponseHeaders(200, 1_000);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
        };
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.1");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static String target(HttpExchange exchange) {
        String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
        return target == null ? "" : target;
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    /** How it answers. */
    @FunctionalInterface
    interface Fault {
        void answer(HttpExchange exchange) throws IOException;
    }

    /** A certificate that may be another for the next connection. */
    private static final class Shown extends X509ExtendedKeyManager {
        private volatile TestAuthority.@Nullable Issued now;

        SSLContext context() {
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(new KeyManager[] {this}, null, null);
                return context;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public String chooseEngineServerAlias(String type, Principal[] issuers, SSLEngine engine) {
            return "now";
        }

        @Override
        public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
            return "now";
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return new X509Certificate[] {Objects.requireNonNull(now).certificate()};
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return Objects.requireNonNull(now).key();
        }

        @Override
        public String[] getServerAliases(String type, Principal[] issuers) {
            return new String[] {"now"};
        }

        @Override
        public String @Nullable [] getClientAliases(String type, Principal[] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
            return null;
        }
    }
}
