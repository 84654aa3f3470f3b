package ai.scailabs.vault.access.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.scailabs.vault.access.MovableClock;
import ai.scailabs.vault.access.token.TokenProperties.Introspection;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.testkit.TestAuthority;
import ai.scailabs.vault.testkit.TestIssuer;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Advisories CVE-2026-4525, CVE-2026-5052 and CVE-2021-27400: what the service asks others carries nothing of who asked the service, goes where the settings say and nowhere
 * else, and believes nobody who cannot prove who they are.
 */
@Timeout(60)
class OutboundRequestsTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("an authority of the outside");

    private final MovableClock clock = new MovableClock(Instant.now());
    private final TestIssuer issuer = TestIssuer.start(clock);
    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        issuer.close();
    }

    private String signed() {
        return issuer.token()
                .tenant("tnt_acme")
                .partner("ptn_a")
                .user("jo@example.test")
                .sign();
    }

    private TokenAuthenticator authenticator(URI jwks, URI introspection) {
        TokenAuthenticator made = TokenAuthenticator.start(
                new TokenProperties(
                        List.of(issuer.issuer()),
                        jwks,
                        "scaivault",
                        new Introspection(introspection, "our-name", "our-secret"),
                        true),
                token -> {},
                clock);
        open.add(made);
        return made;
    }

    private static ErrorCode refusal(TokenAuthenticator by, String token) {
        VaultException refusal = catchThrowableOfType(VaultException.class, () -> by.authenticate(token));
        assertThat(refusal).isNotNull();
        return refusal.code();
    }

    private URI peer(Answer answer) throws IOException {
        HttpServer server = HttpServer.create(loopback(), 0);
        return started(server, answer, "http");
    }

    private URI started(HttpServer server, Answer answer, String scheme) {
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            try (exchange) {
                Map<String, String> headers = new TreeMap<>();
                exchange.getRequestHeaders()
                        .forEach(
                                (name, values) -> headers.put(name.toLowerCase(Locale.ROOT), String.join(",", values)));
                asked.add(new Asked(
                        exchange.getRequestURI().toString(),
                        headers,
                        new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
                answer.to(exchange);
            }
        });
        server.start();
        open.add(() -> server.stop(0));
        return URI.create(scheme + "://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static void json(HttpExchange exchange, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** The caller's token is what is asked about, and stands in that one place. */
    @Test
    void questions_carryOurOwnCredentialsOnly() throws IOException {
        URI peer = peer(exchange -> json(exchange, "{\"keys\":[],\"active\":false}"));
        TokenAuthenticator authenticator = authenticator(peer.resolve("/jwks"), peer.resolve("/introspect"));
        String signed = signed();
        String personal = "skt_outbound-0123456789abcdef";
        refusal(authenticator, signed);
        refusal(authenticator, personal);

        assertThat(asked).extracting(Asked::uri).contains("/jwks", "/introspect");
        for (Asked each : asked) {
            boolean question = each.uri().equals("/introspect");
            assertThat(each.headers().keySet())
                    .as(each.uri())
                    .isSubsetOf(
                            "accept",
                            "authorization",
                            "connection",
                            "content-length",
                            "content-type",
                            "host",
                            "http2-settings",
                            "upgrade",
                            "user-agent");
            assertThat(each.headers().containsKey("authorization"))
                    .as(each.uri())
                    .isEqualTo(question);
            assertThat(each.headers().toString() + each.body() + each.uri()).doesNotContain(signed);
            assertThat(each.headers().toString() + each.uri()).doesNotContain(personal);
            if (question) {
                assertThat(each.headers().get("authorization")).isEqualTo("Basic b3VyLW5hbWU6b3VyLXNlY3JldA==");
                assertThat(each.body()).isEqualTo("token=" + personal + "&token_type_hint=access_token");
            }
        }
    }

    /** Wherever an issuer, or whoever stands in its place, would send the service: it does not go. */
    @Test
    void redirects_areNotFollowed() throws IOException {
        URI metadata = peer(exchange -> json(exchange, "{\"keys\":[],\"active\":true}"));
        for (int status : new int[] {301, 302, 303, 307, 308}) {
            URI redirecting = peer(exchange -> {
                exchange.getResponseHeaders()
                        .set("Location", metadata.resolve("/latest/meta-data/").toString());
                exchange.sendResponseHeaders(status, -1);
            });
            TokenAuthenticator authenticator =
                    authenticator(redirecting.resolve("/jwks"), redirecting.resolve("/introspect"));
            assertThat(refusal(authenticator, signed())).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
            assertThat(refusal(authenticator, "skt_redirected-0123456789ab")).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
        }
        assertThat(asked).extracting(Asked::uri).isNotEmpty().doesNotContain("/latest/meta-data/");
    }

    /** A discovery document may name a URL that is safe, not one by which the service would fetch something of its own. */
    @Test
    void unsafeUrlsOfADiscoveryDocument_areNotFetched() throws IOException {
        for (String unsafe : List.of(
                "http://169.254.169.254/latest/meta-data/",
                "http://10.0.0.1/jwks",
                "http://metadata.google.internal/",
                "file:///etc/passwd",
                "ftp://127.0.0.1/jwks",
                "jar:file:/tmp/x.jar!/jwks",
                "https://user:password@127.0.0.1/jwks",
                "//127.0.0.1/jwks",
                "/jwks",
                "https:/jwks",
                "")) {
            URI[] self = new URI[1];
            self[0] = peer(exchange -> json(
                    exchange,
                    "{\"issuer\":\"" + self[0].toString().replaceAll("/$", "") + "\",\"jwks_uri\":\"" + unsafe
                            + "\"}"));
            String named = self[0].toString().replaceAll("/$", "");
            TokenAuthenticator authenticator = TokenAuthenticator.start(
                    new TokenProperties(List.of(named), null, "scaivault", true), token -> {}, clock);
            open.add(authenticator);
            VaultException refusal = catchThrowableOfType(
                    VaultException.class,
                    () -> authenticator.authenticate(issuer.token()
                            .tenant("tnt_acme")
                            .partner("ptn_a")
                            .user("jo@example.test")
                            .issuedBy(named)
                            .sign()));
            assertThat(refusal.code()).as(unsafe).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
            assertThat(authenticator.statistics().failedKeyFetches()).as(unsafe).isPositive();
        }
        assertThat(asked).extracting(Asked::uri).containsOnly("/.well-known/openid-configuration");
    }

    /** The same keys by the same server: what differs is whether it can be believed. */
    @Test
    void issuerThatCannotProveWhoItIs_isNotBelieved() throws Exception {
        String keys = java.net.http.HttpClient.newHttpClient()
                .send(
                        java.net.http.HttpRequest.newBuilder(issuer.jwksUri()).build(),
                        java.net.http.HttpResponse.BodyHandlers.ofString())
                .body();
        URI good = tlsPeer(AUTHORITY.server("issuer"), keys);
        URI foreign = tlsPeer(new TestAuthority("somebody else").server("issuer"), keys);
        URI expired = tlsPeer(AUTHORITY.expiredServer("issuer"), keys);
        URI otherName = URI.create(good.toString().replace("127.0.0.1", "127.0.0.2"));

        SSLContext before = SSLContext.getDefault();
        SSLContext.setDefault(trusting(AUTHORITY.certificate()));
        try {
            assertThat(authenticator(good.resolve("/jwks"), good).authenticate(signed()))
                    .isNotNull();
            for (URI untrusted : List.of(foreign, expired, otherName)) {
                TokenAuthenticator authenticator =
                        authenticator(untrusted.resolve("/jwks"), untrusted.resolve("/introspect"));
                assertThat(refusal(authenticator, signed()))
                        .as(untrusted.toString())
                        .isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
                assertThat(refusal(authenticator, "skt_tls-0123456789abcdef")).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
            }
            assertThat(asked).extracting(Asked::uri).doesNotContain("/introspect");
        } finally {
            SSLContext.setDefault(before);
        }
        // Of an authority that Java itself does not know.
        assertThat(refusal(authenticator(good.resolve("/jwks"), good), signed()))
                .isEqualTo(ErrorCode.SERVICE_UNAVAILABLE);
    }

    private URI tlsPeer(TestAuthority.Issued own, String keys) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("server", own.key(), new char[0], new Certificate[] {own.certificate()});
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("0.0.0.0"), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        return started(server, exchange -> json(exchange, keys), "https");
    }

    private static SSLContext trusting(Certificate authority) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("authority", authority);
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    private record Asked(String uri, Map<String, String> headers, String body) {}

    private interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }
}
