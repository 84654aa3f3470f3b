package ai.scailabs.vault.federation.azure;

import ai.scailabs.vault.outbound.http.TlsServer;
import ai.scailabs.vault.testkit.TestAuthority;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The secrets of a Key Vault as its REST reference publishes reading and setting them, with the challenge before the first token, and Entra ID for one application. It takes names in whatever letters. What is not exactly as published is
 * refused with a status that nothing published has.
 */
final class StrictKeyVault implements AutoCloseable {
    static final String TENANT = "aaaaaaaa-0000-4000-8000-000000000001";
    static final int PAGE = 25;

    private static final int LONGEST = 25 * 1024;
    private static final Set<String> SETTABLE = Set.of("value", "tags", "contentType", "attributes");
    private static final AtomicInteger MADE = new AtomicInteger();
    private static final Pattern ROUTE =
            Pattern.compile("/secrets(?:/(?<name>[A-Za-z0-9-]+)(?:/(?<version>[0-9a-f]{32}|versions)?)?)?");

    // What the SDK remembers of a vault and of a client, it remembers for all.
    private final String host = "acme" + MADE.incrementAndGet() + ".vault.azure.net";
    private final String client = UUID.randomUUID().toString();
    private final Set<String> tokens = ConcurrentHashMap.newKeySet();
    private final Map<String, Stored> secrets = new ConcurrentSkipListMap<>();
    private final Queue<Scripted> script = new ConcurrentLinkedQueue<>();
    private final Queue<Scripted> tokenScript = new ConcurrentLinkedQueue<>();
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private final TlsServer server;
    private volatile String challenge = "Bearer authorization=\"https://login.microsoftonline.com/" + TENANT
            + "\", resource=\"https://vault.azure.net\"";
    private volatile String nextHost = host + ":443";

    StrictKeyVault(TestAuthority authority) {
        server = new TlsServer(authority.server("azure"), this::handle);
    }

    URI url() {
        return URI.create("https://" + host);
    }

    URI uri() {
        return server.uri("");
    }

    AzureEndpoints endpoints() {
        return new AzureEndpoints(uri(), uri());
    }

    /** What the secret with the credentials says. */
    byte[] credentials() {
        return JsonMapper.shared()
                .writeValueAsBytes(Map.of("tenant_id", TENANT, "client_id", client, "client_secret", "not-a-secret"));
    }

    /** In the letters that it was made with. */
    Stored secret(String name) {
        return secrets.computeIfAbsent(name, _ -> new Stored());
    }

    void challengesWith(String challenge) {
        this.challenge = challenge;
    }

    void continuesAt(String nextHost) {
        this.nextHost = nextHost;
    }

    /** Instead of what would be answered next to a token. */
    void says(int status, String header, String body, int length) {
        script.add(new Scripted(status, header, body, length));
    }

    void refuses(int status, String code, String inner) {
        says(status, "", error(code, inner), -1);
    }

    /** Instead of the next token. */
    void saysOfToken(int status, String header, String body) {
        tokenScript.add(new Scripted(status, header, body, -1));
    }

    void expireAll() {
        tokens.clear();
    }

    /** What was asked with or without a token, as {@code /secrets/app}, or {@code token}; then forgotten. */
    List<String> asked() {
        synchronized (asked) {
            List<String> all = List.copyOf(asked);
            asked.clear();
            return all;
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Scripted answer =
                    exchange.getRequestURI().getPath().startsWith("/secrets") ? answer(exchange) : token(exchange);
            if (!answer.header().isEmpty()) {
                int colon = answer.header().indexOf(':');
                exchange.getResponseHeaders()
                        .set(
                                answer.header().substring(0, colon),
                                answer.header().substring(colon + 2));
            }
            exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
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
                && exchange.getRequestURI().getPath().equals("/" + TENANT + "/oauth2/v2.0/token")
                && "client_credentials".equals(form.get("grant_type"))
                && client.equals(form.get("client_id"))
                && "not-a-secret".equals(form.get("client_secret"))
                && Set.of(form.getOrDefault("scope", "").split(" "))
                        .equals(Set.of("openid", "profile", "offline_access", "https://vault.azure.net/.default"));
        Scripted instead = tokenScript.poll();
        if (!published || instead != null) {
            return published ? instead : unpublished();
        }
        String token = "eyJ0." + UUID.randomUUID();
        tokens.add(token);
        return new Scripted(
                200,
                "",
                "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"ext_expires_in\":3599,\"access_token\":\"" + token
                        + "\"}",
                -1);
    }

    private Scripted answer(HttpExchange exchange) throws IOException {
        URI uri = exchange.getRequestURI();
        // The SDK writes a slash where a version could be.
        boolean setting = exchange.getRequestMethod().equals("PUT");
        asked.add((setting ? "PUT " : "") + uri.getPath().replaceFirst("/$", ""));
        byte[] body = exchange.getRequestBody().readAllBytes();
        Map<String, String> query = form(uri.getRawQuery() == null ? "" : uri.getRawQuery());
        Matcher route = ROUTE.matcher(uri.getRawPath());
        boolean published = (setting || exchange.getRequestMethod().equals("GET"))
                && (setting || body.length == 0)
                && route.matches()
                && (!setting || (route.group("name") != null && route.group("version") == null))
                && "7.4".equals(query.remove("api-version"))
                && exchange.getRequestHeaders().getFirst("Accept-Encoding") == null;
        if (!published) {
            return unpublished();
        }
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        if (authorization == null
                || !authorization.startsWith("Bearer ")
                || !tokens.contains(authorization.substring(7))) {
            return new Scripted(401, "WWW-Authenticate: " + challenge, error("Unauthorized", ""), -1);
        }
        Scripted instead = script.poll();
        if (instead != null) {
            return instead;
        }
        if (route.group("name") == null) {
            return page("/secrets", secrets.keySet().stream().map(this::listed).toList(), query);
        }
        String name = secrets.keySet().stream()
                .filter(stored -> stored.equalsIgnoreCase(route.group("name")))
                .findFirst()
                .orElse("");
        if (setting) {
            return set(name.isEmpty() ? route.group("name") : name, body, query);
        }
        Stored secret = secrets.get(name);
        if (secret == null || secret.deleted) {
            return new Scripted(404, "", error("SecretNotFound", ""), -1);
        }
        // Whether an id has the letters of the secret or of the question is not published.
        String id = url() + "/secrets/" + route.group("name");
        if ("versions".equals(route.group("version"))) {
            return page("/secrets/" + name + "/versions", secret.listed(id), query);
        }
        return query.isEmpty() ? secret.value(id, route.group("version")) : unpublished();
    }

    private Scripted set(String name, byte[] body, Map<String, String> query) {
        JsonNode asked = JsonMapper.shared().readTree(body);
        if (!query.isEmpty()
                || !SETTABLE.containsAll(asked.propertyNames())
                || !asked.path("value").isString()) {
            return unpublished();
        }
        String value = asked.path("value").asString();
        if (value.length() > LONGEST) {
            return new Scripted(400, "", error("BadParameter", ""), -1);
        }
        Stored secret = secret(name);
        if (secret.deleted) {
            return new Scripted(409, "", error("Conflict", "ObjectIsDeletedButRecoverable"), -1);
        }
        Instant now = Instant.now();
        secret.versions.add(new Stored.Version(
                UUID.randomUUID().toString().replace("-", ""),
                value,
                now,
                true,
                now,
                asked.path("tags").isObject() ? asked.path("tags").toString() : "{}",
                asked.path("contentType").asString("")));
        return secret.value(url() + "/secrets/" + name, null);
    }

    private String listed(String name) {
        return "{\"id\":\"" + url() + "/secrets/" + name
                + "\",\"attributes\":{\"enabled\":true,\"created\":1750000000,\"updated\":1750000000}}";
    }

    private Scripted page(String path, List<String> all, Map<String, String> query) {
        if (!query.keySet().stream().allMatch(Set.of("maxresults", "$skiptoken")::contains)) {
            return unpublished();
        }
        int from = Integer.parseInt(query.getOrDefault("$skiptoken", "0"));
        int to = Math.min(all.size(), from + PAGE);
        String next = to < all.size()
                ? "\"https://" + nextHost + path + "?api-version=7.4&$skiptoken=" + to + "&maxresults=25\""
                : "null";
        return new Scripted(
                200, "", "{\"value\":[" + String.join(",", all.subList(from, to)) + "],\"nextLink\":" + next + "}", -1);
    }

    static String error(String code, String inner) {
        return "{\"error\":{\"code\":\"" + code + "\",\"message\":\"not for callers\""
                + (inner.isEmpty() ? "" : ",\"innererror\":{\"code\":\"" + inner + "\"}") + "}}";
    }

    private static Scripted unpublished() {
        return new Scripted(418, "", "{}", -1);
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

    @Override
    public void close() {
        server.close();
    }

    record Scripted(int status, String header, String body, int length) {}

    /** A secret and its versions. */
    static final class Stored {
        private final List<Version> versions = new ArrayList<>();
        private boolean deleted;

        /** One more, which is the current one. */
        Stored with(String value, Instant created) {
            return with(value, created, true, created);
        }

        Stored with(String value, Instant created, boolean enabled, Instant updated) {
            versions.add(new Version(
                    UUID.randomUUID().toString().replace("-", "").toLowerCase(Locale.ROOT),
                    value,
                    created,
                    enabled,
                    updated,
                    "{\"team\":\"a\",\"old\":\"\"}",
                    "application/octet-stream;base64"));
            return this;
        }

        /** So that it could be recovered. */
        void delete() {
            deleted = true;
        }

        String id(int index) {
            return versions.get(index).id();
        }

        String contentType() {
            return versions.getLast().contentType();
        }

        private Scripted value(String id, @Nullable String version) {
            Version wanted = versions.stream()
                    .filter(each -> each.id().equals(version))
                    .findFirst()
                    .orElse(version == null ? versions.getLast() : null);
            if (wanted == null) {
                return new Scripted(404, "", error("SecretNotFound", ""), -1);
            }
            if (!wanted.enabled()) {
                return new Scripted(403, "", error("Forbidden", "SecretDisabled"), -1);
            }
            return new Scripted(
                    200,
                    "",
                    "{\"value\":" + JsonMapper.shared().writeValueAsString(wanted.value()) + "," + wanted.properties(id)
                            + ",\"contentType\":\"" + wanted.contentType() + "\"}",
                    -1);
        }

        /** In no order. */
        private List<String> listed(String id) {
            return versions.stream()
                    .sorted((one, other) -> one.id().compareTo(other.id()))
                    .map(version -> "{" + version.properties(id) + "}")
                    .toList();
        }

        private record Version(
                String id,
                String value,
                Instant created,
                boolean enabled,
                Instant updated,
                String tags,
                String contentType) {
            private String properties(String secret) {
                return "\"id\":\"" + secret + "/" + id + "\",\"attributes\":{\"enabled\":" + enabled + ",\"created\":"
                        + created.getEpochSecond() + ",\"updated\":" + updated.getEpochSecond()
                        + ",\"recoveryLevel\":\"Recoverable+Purgeable\",\"recoverableDays\":90}"
                        + ",\"tags\":" + tags;
            }
        }
    }
}
