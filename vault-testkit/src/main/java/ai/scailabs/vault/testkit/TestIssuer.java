package ai.scailabs.vault.testkit;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An OpenID Connect issuer on loopback: publishes its keys, signs whatever token a test asks for, honest or not, and is asked about personal tokens. It can rotate its keys, fall silent and
 * come back on the same port. Thread-safe.
 *
 * <pre>{@code
 * String jwt = issuer.token().tenant("tnt_acme").partner("ptn_a").serviceAccount("mailer").scope("secrets:read").sign();
 * }</pre>
 */
public final class TestIssuer implements AutoCloseable {
    /** What ScaiVault wants to be called in {@code aud} unless configured otherwise. */
    public static final String DEFAULT_AUDIENCE = "scaivault";

    /** Who may ask about personal tokens. */
    public static final String CLIENT_ID = "scaivault";

    public static final String CLIENT_SECRET = "not-a-secret-outside-tests-0a1b";

    private static final String DIRECTORY = "/api/v1/directory";

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Clock clock;
    private final AtomicInteger generation = new AtomicInteger();
    private final AtomicInteger keyRequests = new AtomicInteger();
    private final List<IssuerKey> published = new CopyOnWriteArrayList<>();
    private final Map<TokenAlgorithm, IssuerKey> current = new EnumMap<>(TokenAlgorithm.class);
    private final int port;
    private final Map<String, Map<String, Object>> personal = new ConcurrentHashMap<>();
    private final AtomicInteger introspections = new AtomicInteger();
    private final TestDirectory directory;
    private volatile int status = 200;
    private volatile @Nullable String keysInstead;
    private volatile @Nullable String introspectionInstead;
    private volatile CountDownLatch held = new CountDownLatch(0);
    private @Nullable HttpServer server;

    private TestIssuer(Clock clock) {
        this.clock = clock;
        this.directory = new TestDirectory(clock);
        rotate();
        server = listen(0);
        port = server.getAddress().getPort();
    }

    public static TestIssuer start() {
        return start(Clock.systemUTC());
    }

    /** @param clock the time at which tokens are issued */
    public static TestIssuer start(Clock clock) {
        return new TestIssuer(clock);
    }

    /** The {@code iss} of its tokens and the base of its URLs. */
    public String issuer() {
        return "http://127.0.0.1:" + port;
    }

    public URI discoveryUri() {
        return URI.create(issuer() + "/.well-known/openid-configuration");
    }

    public URI jwksUri() {
        return URI.create(issuer() + "/jwks");
    }

    /** How often the keys were asked for, failures included. */
    public int keyRequests() {
        return keyRequests.get();
    }

    /** A token as ScaiKey would issue it, signed with ES256, a tenth of what RS256 takes, and valid for an hour; the builder's methods bend it. */
    public TokenBuilder token() {
        return new TokenBuilder(this, clock);
    }

    /** Where {@link #CLIENT_ID} asks about personal tokens. */
    public URI introspectionUri() {
        return URI.create(issuer() + "/introspect");
    }

    /** Whom it knows, for whoever asks as {@link #CLIENT_ID}. */
    public TestDirectory directory() {
        return directory;
    }

    /** Where the lists are. */
    public URI directoryUri() {
        return URI.create(issuer() + DIRECTORY);
    }

    /** How often it was asked about a personal token, by whomever. */
    public int introspections() {
        return introspections.get();
    }

    /** It knows the personal token no more. */
    public void withdraw(String personalToken) {
        personal.remove(personalToken);
    }

    /** What it publishes in place of its keys, be it a key set or not; null for its keys. */
    public void answerKeysWith(@Nullable String body) {
        this.keysInstead = body;
    }

    /** What it answers to every question about a personal token, be it an answer or not; null for the truth. */
    public void answerIntrospectionWith(@Nullable String body) {
        this.introspectionInstead = body;
    }

    /** Sends headers and then nothing until the latch is open; what waits then gets its answer. */
    public void holdAnswers(CountDownLatch latch) {
        this.held = latch;
    }

    String remember(Map<String, Object> claims) {
        byte[] random = new byte[24];
        RANDOM.nextBytes(random);
        String token = "skt_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        personal.put(token, claims);
        return token;
    }

    /** Signs with new keys from now on; the old ones stay published, so that earlier tokens remain valid. */
    public synchronized void rotate() {
        int next = generation.incrementAndGet();
        for (TokenAlgorithm algorithm : TokenAlgorithm.values()) {
            IssuerKey key = IssuerKey.ofIssuer("key-" + next + "-" + algorithm.header(), algorithm);
            current.put(algorithm, key);
            published.add(key);
        }
    }

    /** Publishes only the keys that sign now: what was signed before the last {@link #rotate()} is no longer to be trusted. */
    public synchronized void retireOldKeys() {
        published.retainAll(current.values());
    }

    /** Answers every request with this status; 200 makes it well again. */
    public void answerWith(int httpStatus) {
        this.status = httpStatus;
    }

    /** Refuses connections until {@link #up()}. */
    public synchronized void down() {
        if (server != null) {
            server.stop(0);
            server = null;
        }
    }

    public synchronized void up() {
        if (server == null) {
            server = listen(port);
        }
    }

    @Override
    public void close() {
        down();
    }

    synchronized IssuerKey signingKey(TokenAlgorithm algorithm) {
        return java.util.Objects.requireNonNull(current.get(algorithm));
    }

    private HttpServer listen(int wantedPort) {
        try {
            HttpServer started =
                    HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), wantedPort), 0);
            started.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            started.createContext("/", this::answer);
            started.start();
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (path.equals("/jwks")) {
                keyRequests.incrementAndGet();
                String instead = keysInstead;
                reply(exchange, instead != null ? instead : publishedKeys());
            } else if (path.equals("/introspect")) {
                introspections.incrementAndGet();
                answerIntrospection(exchange);
            } else if (path.startsWith(DIRECTORY + "/")) {
                answerFromDirectory(exchange, path.substring(DIRECTORY.length()));
            } else if (path.endsWith("/.well-known/openid-configuration")) {
                reply(exchange, JSONObjectUtils.toJSONString(metadata()));
            } else {
                exchange.sendResponseHeaders(404, -1);
            }
        }
    }

    private String publishedKeys() {
        return new JWKSet(published.stream().<JWK>map(IssuerKey::published).toList()).toString();
    }

    private void answerIntrospection(HttpExchange exchange) throws IOException {
        String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        if (!isClient(exchange)) {
            exchange.sendResponseHeaders(401, -1);
            return;
        }
        String instead = introspectionInstead;
        reply(exchange, instead != null ? instead : introspected(form));
    }

    private static boolean isClient(HttpExchange exchange) {
        String login =
                Base64.getEncoder().encodeToString((CLIENT_ID + ":" + CLIENT_SECRET).getBytes(StandardCharsets.UTF_8));
        return ("Basic " + login).equals(exchange.getRequestHeaders().getFirst("Authorization"));
    }

    private void answerFromDirectory(HttpExchange exchange, String path) throws IOException {
        if (!isClient(exchange) || !exchange.getRequestMethod().equals("GET")) {
            exchange.sendResponseHeaders(401, -1);
            return;
        }
        Optional<String> found = directory.answer(path, exchange.getRequestURI().getRawQuery());
        if (found.isPresent()) {
            reply(exchange, found.get());
        } else {
            exchange.sendResponseHeaders(404, -1);
        }
    }

    private String introspected(String form) {
        Map<String, Object> claims = null;
        for (String parameter : form.split("&")) {
            if (parameter.startsWith("token=")) {
                claims = personal.get(URLDecoder.decode(parameter.substring(6), StandardCharsets.UTF_8));
            }
        }
        boolean active = claims != null
                && !(claims.get("exp") instanceof Number exp
                        && exp.longValue() <= clock.instant().getEpochSecond());
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("active", active);
        if (claims != null && active) {
            answer.putAll(claims);
        }
        return JSONObjectUtils.toJSONString(answer);
    }

    private Map<String, Object> metadata() {
        return Map.of(
                "issuer", issuer(),
                "jwks_uri", jwksUri().toString(),
                "authorization_endpoint", issuer() + "/authorize",
                "token_endpoint", issuer() + "/oauth/token",
                "introspection_endpoint", introspectionUri().toString(),
                "response_types_supported", List.of("code"),
                "subject_types_supported", List.of("public"),
                "id_token_signing_alg_values_supported", List.of("RS256", "ES256", "EdDSA"));
    }

    private void reply(HttpExchange exchange, String json) throws IOException {
        if (status != 200) {
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().flush();
        try {
            held.await();
        } catch (InterruptedException closing) {
            throw new IOException(closing);
        }
        exchange.getResponseBody().write(body);
    }
}
