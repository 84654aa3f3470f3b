package ai.scailabs.vault.kms.transit;

import ai.scailabs.vault.kms.transit.FakeTokens.FakeToken;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.github.jopenlibs.vault.json.Json;
import io.github.jopenlibs.vault.json.JsonArray;
import io.github.jopenlibs.vault.json.JsonObject;
import io.github.jopenlibs.vault.json.JsonValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The part of the HTTP API of Transit, AppRole, Kubernetes logins and tokens that the adapter uses, as HashiCorp Vault and OpenBao publish it, with the answers that an OpenBao 2.7.2 gave. Stricter
 * than they are: what they would let pass, such as a member that is ignored, is a violation, which every test asks for at its end.
 */
final class StrictTransit implements AutoCloseable {
    static final String ROLE_ID = "5b2e9d3c-role";
    static final String SECRET_ID = "f6e1c0aa-secret";

    final Map<String, FakeKey> keys = new ConcurrentHashMap<>();
    final FakeTokens tokens = new FakeTokens();
    final List<String> violations = new CopyOnWriteArrayList<>();
    final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<Map.Entry<String, CountDownLatch>> watchers = new CopyOnWriteArrayList<>();
    volatile String mount = "transit";
    volatile String namespace = "";
    volatile String secretId = SECRET_ID;
    volatile boolean sealed;
    private final AtomicReference<@Nullable Fault> fault = new AtomicReference<>();
    private final HttpServer server;

    /** @param tls absent: plain HTTP */
    StrictTransit(@Nullable SSLContext tls) {
        try {
            InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            if (tls == null) {
                server = HttpServer.create(any, 0);
            } else {
                HttpsServer secure = HttpsServer.create(any, 0);
                secure.setHttpsConfigurator(new HttpsConfigurator(tls));
                server = secure;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    StrictTransit() {
        this(null);
    }

    URI endpoint() {
        String scheme = server instanceof HttpsServer ? "https" : "http";
        return URI.create(scheme + "://127.0.0.1:" + server.getAddress().getPort());
    }

    FakeKey key(String name) {
        return keys.computeIfAbsent(name, absent -> new FakeKey());
    }

    /** Answers in its place to every request whose path ends so, until it heals. */
    void fails(String pathEnd, Answer answer) {
        fault.set(new Fault(pathEnd, answer));
    }

    void heals() {
        fault.set(null);
    }

    long calls(String pathEnd) {
        return requests.stream().filter(request -> request.endsWith(pathEnd)).count();
    }

    /** Released by the next request whose path ends so. */
    CountDownLatch next(String pathEnd) {
        CountDownLatch seen = new CountDownLatch(1);
        watchers.add(Map.entry(pathEnd, seen));
        return seen;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String path = exchange.getRequestURI().getRawPath();
            requests.add(exchange.getRequestMethod() + " " + path);
            Fault now = fault.get();
            if (now != null && path.endsWith(now.pathEnd())) {
                now.answer().to(exchange);
            } else {
                answerOrRefuse(exchange, path, new String(body, StandardCharsets.UTF_8));
            }
            watchers.stream()
                    .filter(watcher -> path.endsWith(watcher.getKey()))
                    .forEach(watcher -> watcher.getValue().countDown());
        }
    }

    private void answerOrRefuse(HttpExchange exchange, String path, String body) throws IOException {
        try {
            answer(exchange, path, body);
        } catch (FakeKey.Refusal refusal) {
            String error = String.valueOf(refusal.getMessage());
            errors(exchange, error.equals(FakeKey.DENIED) ? 403 : 400, error);
        }
    }

    private void answer(HttpExchange exchange, String path, String body) throws IOException, FakeKey.Refusal {
        if (exchange.getRequestURI().getRawQuery() != null) {
            violation(exchange, "a query");
        } else if (sealed) {
            errors(exchange, 503, "Vault is sealed");
        } else if (!namespace.equals(header(exchange, "X-Vault-Namespace").orElse(""))) {
            errors(exchange, 404, "namespace not found");
        } else if (path.startsWith("/v1/auth/") && path.endsWith("/login")) {
            login(exchange, path, body);
        } else {
            Optional<FakeToken> token = header(exchange, "X-Vault-Token").flatMap(tokens::valid);
            if (token.isEmpty()) {
                errors(exchange, 403, "permission denied");
            } else {
                withToken(exchange, path, body, token.get());
            }
        }
    }

    private void withToken(HttpExchange exchange, String path, String body, FakeToken token)
            throws IOException, FakeKey.Refusal {
        String inTransit = "/v1/" + mount + "/";
        if (path.equals("/v1/auth/token/renew-self")) {
            renew(exchange, body, token);
        } else if (path.equals("/v1/auth/token/lookup-self")) {
            requireMethod(exchange, "GET");
            data(
                    exchange,
                    "{\"id\":\"" + token.id() + "\",\"policies\":[\"default\"],\"renewable\":" + token.renewable()
                            + ",\"ttl\":" + token.secondsLeft()
                            + ",\"orphan\":true,\"meta\":null,\"type\":\"service\"}");
        } else if (!path.startsWith(inTransit)) {
            errors(exchange, 404, "no handler for route \"" + path.substring(4) + "\". route entry not found.");
        } else {
            transit(exchange, path.substring(inTransit.length()).split("/", -1), body);
        }
    }

    private void transit(HttpExchange exchange, String[] path, String body) throws IOException, FakeKey.Refusal {
        if (path.length != 2) {
            violation(exchange, "a path that is not published");
            return;
        }
        FakeKey key = keys.get(path[1]);
        switch (path[0]) {
            case "keys" -> {
                requireMethod(exchange, "GET");
                if (!tokens.mayReadKeys) {
                    errors(exchange, 403, "1 error occurred:\n\t* permission denied\n\n");
                } else if (key == null) {
                    reply(exchange, 404, "{\"errors\":[]}");
                } else {
                    data(exchange, configuration(path[1], key));
                }
            }
            case "encrypt" -> {
                JsonObject fields = fields(exchange, body, Set.of("plaintext", "associated_data"));
                byte[] associated = base64(fields, "associated_data");
                requireUsable(key);
                data(
                        exchange,
                        Json.object()
                                .add("ciphertext", key.encrypt(base64(fields, "plaintext"), associated))
                                .add("key_version", key.latest())
                                .toString());
            }
            case "decrypt" -> {
                JsonObject fields = fields(exchange, body, Set.of("ciphertext", "associated_data"));
                byte[] associated = base64(fields, "associated_data");
                requireUsable(key);
                byte[] plaintext = key.decrypt(fields.getString("ciphertext", ""), associated);
                data(
                        exchange,
                        Json.object()
                                .add("plaintext", Base64.getEncoder().encodeToString(plaintext))
                                .toString());
            }
            default -> violation(exchange, "a path that the adapter has no business with");
        }
    }

    private void requireUsable(@Nullable FakeKey key) throws FakeKey.Refusal {
        if (!tokens.mayUseKeys) {
            throw new FakeKey.Refusal(FakeKey.DENIED);
        }
        if (key == null) {
            throw new FakeKey.Refusal("encryption key not found");
        }
    }

    private static String configuration(String name, FakeKey key) {
        JsonObject data = Json.object().add("name", name).add("latest_version", key.latest());
        data.add("min_decryption_version", key.minDecryptionVersion).add("soft_deleted", key.softDeleted);
        data.add("keys", Json.object().add("1", 1_795_671_229L));
        key.configuration.forEach((member, value) -> data.add(
                member, Json.parse(value instanceof String text ? "\"" + text + "\"" : String.valueOf(value))));
        return data.toString();
    }

    private void login(HttpExchange exchange, String path, String body) throws IOException {
        if (header(exchange, "X-Vault-Token").isPresent()) {
            violation(exchange, "a token at the login");
            return;
        }
        boolean kubernetes = path.equals("/v1/auth/kubernetes/login");
        JsonObject fields = fields(exchange, body, kubernetes ? Set.of("role", "jwt") : Set.of("role_id", "secret_id"));
        boolean good = kubernetes
                ? fields.getString("role", "").equals("scaivault")
                        && fields.getString("jwt", "").equals(secretId)
                : fields.getString("role_id", "").equals(ROLE_ID)
                        && fields.getString("secret_id", "").equals(secretId);
        if (good) {
            auth(exchange, tokens.make());
        } else if (kubernetes) {
            errors(exchange, 403, "permission denied");
        } else {
            errors(exchange, 400, "invalid role or secret ID");
        }
    }

    private void renew(HttpExchange exchange, String body, FakeToken token) throws IOException {
        requireMethod(exchange, "POST", "PUT");
        if (!body.isEmpty()) {
            violation(exchange, "a body that is not needed");
        } else if (token.renewable()) {
            auth(exchange, tokens.renew(token));
        } else {
            errors(exchange, 400, "lease is not renewable");
        }
    }

    private JsonObject fields(HttpExchange exchange, String body, Set<String> exactly) throws IOException {
        requireMethod(exchange, "POST", "PUT");
        JsonObject fields = Json.parse(body).asObject();
        if (!Set.copyOf(fields.names()).equals(exactly) || fields.names().size() != exactly.size()) {
            violations.add(exchange.getRequestURI() + " with " + fields.names());
        }
        for (String name : fields.names()) {
            if (!fields.get(name).isString()) {
                violations.add(exchange.getRequestURI() + ": " + name + " is no text");
            }
        }
        return fields;
    }

    private byte[] base64(JsonObject fields, String name) throws FakeKey.Refusal {
        try {
            return Base64.getDecoder().decode(fields.getString(name, "!"));
        } catch (IllegalArgumentException notBase64) {
            violations.add(name + " is no Base64");
            throw new FakeKey.Refusal("illegal base64 data at input byte 0");
        }
    }

    private void requireMethod(HttpExchange exchange, String... methods) {
        if (!List.of(methods).contains(exchange.getRequestMethod())) {
            violations.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
        }
    }

    private void violation(HttpExchange exchange, String what) throws IOException {
        violations.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + ": " + what);
        errors(exchange, 405, "unsupported operation");
    }

    private static Optional<String> header(HttpExchange exchange, String name) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
    }

    private static void data(HttpExchange exchange, String data) throws IOException {
        reply(exchange, 200, envelope(data, "null"));
    }

    private static void auth(HttpExchange exchange, FakeToken token) throws IOException {
        reply(
                exchange,
                200,
                envelope(
                        "null",
                        "{\"client_token\":\"" + token.id() + "\",\"accessor\":\"acc\",\"policies\":"
                                + "[\"default\",\"scaivault\"],\"token_policies\":[\"default\",\"scaivault\"],\"metadata\":{\"role_name\":"
                                + "\"scaivault\"},\"lease_duration\":" + token.secondsLeft() + ",\"renewable\":"
                                + token.renewable()
                                + ",\"entity_id\":\"\",\"token_type\":\"service\",\"orphan\":true,\"mfa_requirement\":null,\"num_uses\":0}"));
    }

    private static String envelope(String data, String auth) {
        return "{\"request_id\":\"" + UUID.randomUUID()
                + "\",\"lease_id\":\"\",\"renewable\":false,\"lease_duration\":0,\"data\":" + data
                + ",\"wrap_info\":null,\"warnings\":null,\"auth\":" + auth + "}\n";
    }

    static void errors(HttpExchange exchange, int status, String error) throws IOException {
        JsonArray errors = new JsonArray().add(error);
        reply(exchange, status, Json.object().add("errors", (JsonValue) errors) + "\n");
    }

    static void reply(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.getResponseHeaders().add("Cache-Control", "no-store");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }

    @FunctionalInterface
    interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    private record Fault(String pathEnd, Answer answer) {}
}
