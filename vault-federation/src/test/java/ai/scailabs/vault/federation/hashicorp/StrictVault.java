package ai.scailabs.vault.federation.hashicorp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.federation.remote.BackendConfig;
import ai.scailabs.vault.federation.remote.BackendConfig.AuthMethod;
import ai.scailabs.vault.federation.remote.BackendCredentials;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.RemoteSecret;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.TlsServer;
import ai.scailabs.vault.testkit.TestAuthority;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;

/** A vault over TLS that answers the ways it was told of, to whoever has its token and sends the headers that are published, and holds everything else against its caller. */
final class StrictVault implements AutoCloseable {
    static final TestAuthority AUTHORITY = new TestAuthority("vault");
    private static final TestAuthority.Issued IDENTITY = AUTHORITY.server("vault");
    static final Duration PATIENCE = Duration.ofSeconds(5);
    static final String TOKEN = "hvs.not-a-secret";
    static final Instant CREATED = Instant.parse("2026-01-02T03:04:05.678901234Z");

    private static final Set<String> HEADERS = Set.of(
            "host",
            "connection",
            "content-length",
            "user-agent",
            "x-vault-token",
            "x-vault-namespace",
            "x-vault-request");
    private static final String MOUNTS = "/v1/sys/internal/ui/mounts/";

    private final Map<String, Deque<Answer>> ways = new ConcurrentHashMap<>();
    private final Map<String, String> mounts = new TreeMap<>();
    private final List<String> asked = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private final Map<String, CountDownLatch> awaited = new ConcurrentHashMap<>();
    private final GuardedTransfers transfers =
            new GuardedTransfers(new AddressRule(AddressRule.LOOPBACK), TlsServer.trusting(AUTHORITY), true);
    private final TlsServer server;
    private volatile Function<String, @Nullable Answer> otherwise = _ -> null;
    private volatile String token = TOKEN;
    private volatile @Nullable String namespace;
    private final MovingClock clock = new MovingClock(Instant.parse("2026-11-27T12:00:00Z"));

    StrictVault() {
        this(IDENTITY);
    }

    StrictVault(TestAuthority.Issued identity) {
        server = new TlsServer(identity, this::handle);
    }

    URI endpoint() {
        return server.uri("");
    }

    /** One after the other; the last stays. */
    StrictVault says(String way, Answer... answers) {
        ways.put(way, new ArrayDeque<>(List.of(answers)));
        return this;
    }

    StrictVault says(String way, int status, String body) {
        return says(way, new Answer(status, body));
    }

    /** To ways that it was not told of. */
    void saysOtherwise(Function<String, @Nullable Answer> answer) {
        otherwise = answer;
    }

    /** @param path with a slash at its end */
    StrictVault mounts(String path, String type, String version) {
        mounts.put(
                path,
                "{\"data\":{\"path\":\"" + path + "\",\"type\":\"" + type + "\",\"options\":{\"version\":\"" + version
                        + "\"}}}");
        return this;
    }

    void takes(String another) {
        token = another;
    }

    void isIn(String which) {
        namespace = which;
    }

    void later(Duration time) {
        clock.later(time);
    }

    Instant now() {
        return clock.instant();
    }

    List<String> asked() {
        synchronized (asked) {
            return List.copyOf(asked);
        }
    }

    /** Without those about mounts. */
    List<String> askedOfSecrets() {
        return asked().stream().filter(way -> !way.contains(MOUNTS)).toList();
    }

    void awaits(String way) throws InterruptedException {
        CountDownLatch latch = awaited.computeIfAbsent(way, _ -> new CountDownLatch(1));
        assertThat(asked().contains(way) || latch.await(10, TimeUnit.SECONDS))
                .as(way)
                .isTrue();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String way = exchange.getRequestMethod() + " " + exchange.getRequestURI();
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String all = body.isEmpty() ? way : way + " " + body;
            synchronized (asked) {
                asked.add(all);
            }
            Answer answer = answer(exchange, way);
            if (!answer.header().isEmpty()) {
                int colon = answer.header().indexOf(':');
                exchange.getResponseHeaders()
                        .set(
                                answer.header().substring(0, colon),
                                answer.header().substring(colon + 2));
            }
            byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), answer.length() < 0 ? bytes.length : answer.length());
            exchange.getResponseBody().write(bytes);
            awaited.computeIfAbsent(all, _ -> new CountDownLatch(1)).countDown();
        }
    }

    private Answer answer(HttpExchange exchange, String way) {
        boolean login = way.startsWith("POST /v1/auth/") && way.endsWith("/login");
        String shown = exchange.getRequestHeaders().getFirst("X-Vault-Token");
        if (login != (shown == null)
                || !"true".equals(exchange.getRequestHeaders().getFirst("X-Vault-Request"))
                || !String.valueOf(namespace)
                        .equals(String.valueOf(exchange.getRequestHeaders().getFirst("X-Vault-Namespace")))
                || !exchange.getRequestHeaders().keySet().stream()
                        .allMatch(name -> HEADERS.contains(name.toLowerCase(java.util.Locale.ROOT)))) {
            return fault(way + " with " + exchange.getRequestHeaders().keySet());
        }
        if (!login && !token.equals(shown)) {
            return new Answer(403, "{\"errors\":[\"permission denied\"]}");
        }
        Deque<Answer> told = ways.get(way);
        if (told != null) {
            synchronized (told) {
                return told.size() > 1 ? told.removeFirst() : told.getFirst();
            }
        }
        if (way.startsWith("GET " + MOUNTS)) {
            String where = way.substring(4 + MOUNTS.length()) + "/";
            return mounts.entrySet().stream()
                    .filter(mount -> where.startsWith(mount.getKey()))
                    .map(mount -> new Answer(200, mount.getValue()))
                    .findFirst()
                    .orElse(new Answer(
                            403, "{\"errors\":[\"preflight capability check returned 403, please ensure\"]}"));
        }
        Answer other = otherwise.apply(way);
        return other == null ? fault(way) : other;
    }

    private Answer fault(String what) {
        synchronized (faults) {
            faults.add(what);
        }
        return new Answer(418, "not as published");
    }

    HashiCorpVault opens(AuthMethod method, @Nullable String credentials) throws RemoteException {
        return opens(config(method), credentials, null, PATIENCE);
    }

    HashiCorpVault opens() throws RemoteException {
        return opens(config(AuthMethod.APPROLE), "{\"role_id\":\"r\",\"secret_id\":\"not-a-secret\"}", null, PATIENCE);
    }

    HashiCorpVault opens(
            BackendConfig.HashiCorp config, @Nullable String credentials, @Nullable Path ownToken, Duration patience)
            throws RemoteException {
        return HashiCorpVault.open(
                config,
                credentials == null ? null : BackendCredentials.of(credentials.getBytes(StandardCharsets.UTF_8)),
                ownToken == null ? null : new OwnToken(ownToken),
                transfers,
                patience,
                clock);
    }

    /** Logins of AppRole, each with a token that is good for an hour. */
    StrictVault logsIn() {
        return says("POST /v1/auth/approle/login", 200, granted(TOKEN, 3_600));
    }

    BackendConfig.HashiCorp config(AuthMethod method) {
        return config(endpoint(), method, namespace, null);
    }

    static BackendConfig.HashiCorp config(
            URI endpoint, AuthMethod method, @Nullable String namespace, @Nullable Integer kvVersion) {
        return new BackendConfig.HashiCorp(
                endpoint, method, null, method.wireName(), "reader", namespace, kvVersion, null, null, true, null);
    }

    static String granted(String token, int seconds) {
        return "{\"auth\":{\"client_token\":\"" + token + "\",\"lease_duration\":" + seconds + ",\"renewable\":true}}";
    }

    static String kv2(int version, String data) {
        return "{\"lease_id\":\"\",\"data\":{\"data\":" + data + ",\"metadata\":{\"version\":" + version
                + ",\"created_time\":\"" + CREATED
                + "\",\"deletion_time\":\"\",\"destroyed\":false}},\"warnings\":null}";
    }

    static void fails(RemoteFailure failure, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(RemoteException.class, e -> {
            assertThat(e.failure()).as(e.getMessage()).isEqualTo(failure);
            assertThat(e).hasNoCause();
            assertThat(e.getMessage()).doesNotContain("not for callers", "not-a-secret");
        });
    }

    static SensitiveBytes value(String json) {
        return SensitiveBytes.owning(json.getBytes(StandardCharsets.UTF_8));
    }

    static String text(RemoteSecret secret) {
        try (secret) {
            return new String(secret.data().expose(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() {
        server.close();
        transfers.close();
        assertThat(faults).isEmpty();
    }

    /** @param length that the answer says it has; negative for what it has */
    record Answer(int status, String header, String body, int length) {
        Answer(int status, String body) {
            this(status, "", body, -1);
        }
    }
}
