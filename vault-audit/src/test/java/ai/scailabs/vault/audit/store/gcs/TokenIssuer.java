package ai.scailabs.vault.audit.store.gcs;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

/** Google's token endpoint, for one service account. */
final class TokenIssuer implements AutoCloseable {
    static final String TOKEN = "ya29.not-a-secret-outside-tests";

    private final HttpServer server;
    private final String pem;
    private final AtomicReference<String> refusal = new AtomicReference<>("");

    TokenIssuer() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            pem = "-----BEGIN PRIVATE KEY-----\n"
                    + Base64.getMimeEncoder()
                            .encodeToString(
                                    generator.generateKeyPair().getPrivate().getEncoded())
                    + "\n-----END PRIVATE KEY-----\n";
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/token", exchange -> {
            try (exchange) {
                boolean asked = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)
                        .contains("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer");
                boolean given = asked && refusal.get().isEmpty();
                byte[] body = (given
                                ? "{\"access_token\":\"" + TOKEN + "\",\"expires_in\":3599,\"token_type\":\"Bearer\"}"
                                : refusal.get())
                        .getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(given ? 200 : 400, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
    }

    void refuses() {
        refusal.set("{\"error\":\"invalid_grant\",\"error_description\":\"" + TOKEN + "\"}");
    }

    /** The file of a service account's key, in a member of a secret. */
    String credentials() {
        return JSONObjectUtils.toJSONString(Map.of(
                "service_account_json",
                JSONObjectUtils.toJSONString(Map.of(
                        "type", "service_account",
                        "project_id", "acme-audit",
                        "private_key_id", "key-1",
                        "private_key", pem,
                        "client_email", "audit@acme-audit.iam.gserviceaccount.com",
                        "client_id", "1",
                        "token_uri", "http://127.0.0.1:" + server.getAddress().getPort() + "/token"))));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
