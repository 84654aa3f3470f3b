package ai.scailabs.vault.federation.google;

import ai.scailabs.vault.outbound.http.TlsServer;
import ai.scailabs.vault.testkit.TestAuthority;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the REST reference of Secret Manager publishes of reading, making and adding, and Google's token endpoint for one service account (RFC 7523). It answers by the project's number, whatever it was asked by. What is not exactly as
 * published is refused with a status that nothing published has.
 */
final class StrictSecretManager implements AutoCloseable {
    static final String PROJECT = "acme-vault";

    private static final String ACCOUNT = "scaivault@acme-vault.iam.gserviceaccount.com";
    private static final KeyPair KEYS = newKeys();
    private static final Pattern ROUTE = Pattern.compile(
            "/v1/projects/(?:example\\.com(?::|%3A))?acme-vault(?<location>/locations/europe-west4)?/secrets(?:/(?<secret>[A-Za-z0-9_-]+)(?:/versions(?:/(?<version>latest|[0-9]+)(?<access>:access)?)?|(?<add>:addVersion))?)?");

    private final Set<String> tokens = ConcurrentHashMap.newKeySet();
    private final Map<String, Stored> secrets = new ConcurrentSkipListMap<>();
    private final Queue<Scripted> script = new ConcurrentLinkedQueue<>();
    private final Queue<Scripted> tokenScript = new ConcurrentLinkedQueue<>();
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private final TlsServer server;

    StrictSecretManager(TestAuthority authority) {
        server = new TlsServer(authority.server("google"), this::handle);
    }

    /** The file of a service account's key, as the console gives it; as if tokens were to be had elsewhere. */
    static String file() {
        Map<String, String> file = new LinkedHashMap<>();
        file.put("type", "service_account");
        file.put("project_id", PROJECT);
        file.put("private_key_id", "key-1");
        file.put(
                "private_key",
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(KEYS.getPrivate().getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
        file.put("client_email", ACCOUNT);
        file.put("client_id", "1");
        file.put("token_uri", "https://elsewhere.test/token");
        return JsonMapper.shared().writeValueAsString(file);
    }

    GoogleEndpoints endpoints() {
        return new GoogleEndpoints(server.uri(""), server.uri("/token"));
    }

    URI uri() {
        return server.uri("");
    }

    Stored secret(String name) {
        return secrets.computeIfAbsent(name, _ -> new Stored());
    }

    /** Instead of what would be answered next. */
    void says(int status, String header, String body, int length) {
        script.add(new Scripted(status, header, body, length));
    }

    void refuses(int status, String code) {
        says(status, "", error(status, code, "not for callers"), -1);
    }

    /** Instead of the next token. */
    void saysOfToken(int status, String header, String body) {
        tokenScript.add(new Scripted(status, header, body, -1));
    }

    void expireAll() {
        tokens.clear();
    }

    /** What was asked, as {@code secrets/app/versions/1:access}, or {@code token}; then forgotten. */
    List<String> asked() {
        synchronized (asked) {
            List<String> all = List.copyOf(asked);
            asked.clear();
            return all;
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean token = exchange.getRequestURI().getPath().equals("/token");
            Scripted answer = token ? token(exchange) : answer(exchange);
            Scripted instead = token && answer.status() != 418 ? tokenScript.poll() : null;
            if (instead != null) {
                answer = instead;
            }
            if (!answer.header().isEmpty()) {
                int colon = answer.header().indexOf(':');
                exchange.getResponseHeaders()
                        .set(
                                answer.header().substring(0, colon),
                                answer.header().substring(colon + 2));
            }
            exchange.getResponseHeaders().set("Content-Type", "application/json; charset=UTF-8");
            byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), answer.length() < 0 ? bytes.length : answer.length());
            exchange.getResponseBody().write(bytes);
        }
    }

    private Scripted token(HttpExchange exchange) throws IOException {
        asked.add("token");
        Map<String, String> form =
                form(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII));
        boolean published = exchange.getRequestMethod().equals("POST")
                && form.keySet().equals(Set.of("grant_type", "assertion"))
                && "urn:ietf:params:oauth:grant-type:jwt-bearer".equals(form.get("grant_type"))
                && isSigned(String.valueOf(form.get("assertion")));
        if (!published) {
            return new Scripted(418, "", "{}", -1);
        }
        String token = "ya29." + UUID.randomUUID();
        tokens.add(token);
        return new Scripted(
                200, "", "{\"access_token\":\"" + token + "\",\"expires_in\":3599,\"token_type\":\"Bearer\"}", -1);
    }

    private static boolean isSigned(String assertion) {
        try {
            String[] parts = assertion.split("\\.");
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initVerify(KEYS.getPublic());
            signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
            JsonNode claims =
                    JsonMapper.shared().readTree(Base64.getUrlDecoder().decode(parts[1]));
            return signature.verify(Base64.getUrlDecoder().decode(parts[2]))
                    && claims.path("iss").asString().equals(ACCOUNT)
                    && claims.path("aud").asString().equals("https://oauth2.googleapis.com/token")
                    && claims.path("scope").asString().equals("https://www.googleapis.com/auth/cloud-platform")
                    && Instant.ofEpochSecond(claims.path("exp").asLong()).isAfter(Instant.now());
        } catch (GeneralSecurityException malformed) {
            return false;
        }
    }

    private Scripted answer(HttpExchange exchange) throws IOException {
        URI uri = exchange.getRequestURI();
        asked.add(uri.getPath().replaceFirst("^/v1/projects/acme-vault/", ""));
        Map<String, String> query = form(uri.getRawQuery() == null ? "" : uri.getRawQuery());
        Matcher route = ROUTE.matcher(uri.getRawPath());
        byte[] body = exchange.getRequestBody().readAllBytes();
        boolean published = route.matches()
                && exchange.getRequestMethod().equals(isWrite(route, query) ? "POST" : "GET")
                && (isWrite(route, query) || body.length == 0)
                && "json;enum-encoding=int".equals(query.remove("$alt"))
                && exchange.getRequestHeaders().getFirst("x-goog-api-client") != null
                && exchange.getRequestHeaders().getFirst("Accept-Encoding") == null;
        if (!published) {
            return new Scripted(418, "", "{}", -1);
        }
        String authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        if (!authorization.startsWith("Bearer ") || !tokens.contains(authorization.substring(7))) {
            return refused(401, "UNAUTHENTICATED", "not for callers");
        }
        if (!script.isEmpty()) {
            return script.remove();
        }
        String parent = "projects/123456" + (route.group("location") == null ? "" : route.group("location"));
        if (query.containsKey("secretId")) {
            return make(parent, route, query, JsonMapper.shared().readTree(body));
        }
        if (route.group("secret") == null) {
            return listed(parent, query);
        }
        Stored secret = secrets.get(route.group("secret"));
        if (secret == null) {
            return refused(404, "NOT_FOUND", "not for callers");
        }
        String resource = parent + "/secrets/" + route.group("secret");
        if (route.group("add") != null) {
            return secret.added(resource, JsonMapper.shared().readTree(body));
        }
        if (route.group("version") != null) {
            return query.isEmpty()
                    ? secret.version(resource, route.group("version"), route.group("access") != null)
                    : new Scripted(418, "", "{}", -1);
        }
        return uri.getPath().endsWith("/versions") ? secret.listed(resource, query) : secret.described(resource);
    }

    private static boolean isWrite(Matcher route, Map<String, String> query) {
        return route.group("add") != null || (route.group("secret") == null && query.containsKey("secretId"));
    }

    /** One of a region says nothing of replication, and any other does. */
    private Scripted make(String parent, Matcher route, Map<String, String> query, JsonNode secret) {
        boolean replicated = secret.path("replication").path("automatic").isObject();
        String name = query.get("secretId");
        if (!query.keySet().equals(Set.of("secretId"))
                || !Set.of("replication").containsAll(secret.propertyNames())
                || replicated == (route.group("location") != null)) {
            return refused(400, "INVALID_ARGUMENT", "not for callers");
        }
        if (secrets.putIfAbsent(name, new Stored()) != null) {
            return refused(409, "ALREADY_EXISTS", "not for callers");
        }
        return secret(name).described(parent + "/secrets/" + name);
    }

    private Scripted listed(String parent, Map<String, String> query) {
        List<String> all = secrets.keySet().stream()
                .map(name -> "{\"name\":\"" + parent + "/secrets/" + name + "\",\"replication\":{\"automatic\":{}}}")
                .toList();
        return page("secrets", all, query);
    }

    private static Scripted page(String member, List<String> all, Map<String, String> query) {
        if (!query.keySet().stream().allMatch(Set.of("pageSize", "pageToken")::contains)) {
            return new Scripted(418, "", "{}", -1);
        }
        String token = query.getOrDefault("pageToken", "p0");
        if (!token.matches("p[0-9]+")) {
            return refused(400, "INVALID_ARGUMENT", "not for callers");
        }
        int from = Integer.parseInt(token.substring(1));
        // A server may give fewer than it is asked for.
        int to = Math.min(all.size(), from + Math.min(2, Integer.parseInt(query.getOrDefault("pageSize", "2"))));
        String next = to < all.size() ? ",\"nextPageToken\":\"p" + to + "\"" : "";
        return new Scripted(
                200,
                "",
                "{\"" + member + "\":[" + String.join(",", all.subList(from, to)) + "],\"totalSize\":" + all.size()
                        + next + "}",
                -1);
    }

    private static Scripted refused(int status, String code, String message) {
        return new Scripted(status, "", error(status, code, message), -1);
    }

    static String error(int status, String code, String message) {
        return "{\"error\":{\"code\":" + status + ",\"message\":\"" + message + "\",\"status\":\"" + code + "\"}}";
    }

    private static Map<String, String> form(String text) {
        Map<String, String> form = new LinkedHashMap<>();
        for (String pair : text.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                form.put(
                        URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8),
                        URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return form;
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.close();
    }

    record Scripted(int status, String header, String body, int length) {}

    /** A secret and its versions, of which the first is number 1. */
    static final class Stored {
        static final Instant MADE = Instant.parse("2026-01-02T03:04:05.678Z");
        static final Instant DESTROYED = Instant.parse("2026-02-02T02:02:02Z");

        private static final int LONGEST = 65_536;

        private final List<byte[]> values = new ArrayList<>();
        private final List<Integer> states = new ArrayList<>();
        private boolean damaged;

        Stored with(byte[] value) {
            values.add(value);
            states.add(1);
            return this;
        }

        Stored with(String value) {
            return with(value.getBytes(StandardCharsets.UTF_8));
        }

        /** 1 enabled, 2 disabled, 3 destroyed. */
        Stored become(int number, int state) {
            states.set(number - 1, state);
            return this;
        }

        void damage() {
            damaged = true;
        }

        static Instant made(int number) {
            return MADE.plusSeconds(number);
        }

        private Scripted described(String resource) {
            return new Scripted(
                    200,
                    "",
                    "{\"name\":\"" + resource + "\",\"createTime\":\"" + MADE
                            + "\",\"labels\":{\"team\":\"a\",\"old\":\"\"},\"unheard\":{},\"etag\":\"\\\"1\\\"\"}",
                    -1);
        }

        private Scripted listed(String resource, Map<String, String> query) {
            List<String> all = new ArrayList<>();
            for (int number = values.size(); number > 0; number--) {
                all.add(version(resource, number));
            }
            return page("versions", all, query);
        }

        /** With its checksum, which need not be there, and is here. */
        private Scripted added(String resource, JsonNode asked) {
            byte[] value = Base64.getDecoder()
                    .decode(asked.path("payload").path("data").asString(""));
            CRC32C sum = new CRC32C();
            sum.update(value);
            boolean fits = asked.path("payload").path("dataCrc32c").asString("").equals(String.valueOf(sum.getValue()));
            if (!fits || value.length == 0 || value.length > LONGEST) {
                return refused(400, "INVALID_ARGUMENT", "not for callers");
            }
            with(value);
            return new Scripted(200, "", version(resource, values.size()), -1);
        }

        private Scripted version(String resource, String which, boolean access) {
            int number = which.equals("latest") ? values.size() : Integer.parseInt(which);
            if (number < 1 || number > values.size()) {
                return refused(404, "NOT_FOUND", "not for callers");
            }
            if (!access) {
                return new Scripted(200, "", version(resource, number), -1);
            }
            if (states.get(number - 1) != 1) {
                return refused(400, "FAILED_PRECONDITION", "not for callers: is in DISABLED state.");
            }
            byte[] value = values.get(number - 1);
            CRC32C sum = new CRC32C();
            sum.update(value);
            return new Scripted(
                    200,
                    "",
                    "{\"name\":\"" + resource + "/versions/" + number + "\",\"payload\":{\"data\":\""
                            + Base64.getEncoder().encodeToString(value) + "\",\"dataCrc32c\":\""
                            + (sum.getValue() ^ (damaged ? 1 : 0)) + "\"}}",
                    -1);
        }

        private String version(String resource, int number) {
            int state = states.get(number - 1);
            return "{\"name\":\"" + resource + "/versions/" + number + "\",\"createTime\":\"" + made(number)
                    + "\",\"state\":" + state
                    + (state == 3 ? ",\"destroyTime\":\"" + DESTROYED + "\"" : "")
                    + ",\"replicationStatus\":{\"automatic\":{}},\"etag\":\"\\\"1\\\"\"}";
        }
    }
}
