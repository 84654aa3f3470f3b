package ai.scailabs.vault.server;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Bends one good request into bad ones. The same seed gives the same input. */
final class RandomInputs {
    /** Stands in values, tokens and headers; no field can be called that. */
    static final String CANARY = "RANDOM CANARY ~ 4be07d";

    /** What a request line may hold (RFC 3986 §2); a fragment stays with the client. */
    private static final Pattern LEGAL_TARGET = Pattern.compile("[A-Za-z0-9._~:/?@!$&'()*+,;=%-]+");

    private final SplittableRandom random;
    private final ApiCall good;
    private final String token;

    private String method;
    private String uri;
    private byte[] body;
    private final List<String> headers = new ArrayList<>();
    private boolean framingBent;

    private RandomInputs(long seed, ApiCall good, String token) {
        this.random = new SplittableRandom(seed);
        this.good = good;
        this.token = token;
        this.method = good.method();
        this.uri = good.uri();
        this.body = bytes(good.body());
    }

    /** @param number which of the inputs; every fifth is of the same kind */
    static Input bend(long seed, int number, ApiCall good, String token) {
        RandomInputs inputs = new RandomInputs(seed + number, good, token);
        return inputs.bent(number % 5);
    }

    private Input bent(int kind) {
        String authorization = "Bearer " + token;
        switch (kind) {
            case 0 -> bendUri();
            case 1 -> bendBody();
            case 2 -> bendHeaders();
            case 3 -> authorization = random.nextInt(10) == 0 ? pick(RandomPieces.IN_HEADERS) : "Bearer " + bentToken();
            default -> bendQuery();
        }
        if (random.nextInt(40) == 0) {
            method = pick(List.of(
                    "GET", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE", "get", "FOO", "CONNECT", "PROPFIND"));
        }
        return new Input(
                assembled(authorization),
                framingBent || method.equals("CONNECT"),
                !LEGAL_TARGET.matcher(uri).matches());
    }

    private void bendUri() {
        StringBuilder bent = new StringBuilder(uri);
        if (random.nextInt(8) == 0 && uri.startsWith("/v1/")) {
            bent.insert("/v1/".length(), "t/" + pick(RandomPieces.IN_PATHS) + "/");
        }
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            // The collection stays mostly what it is, so that its handler sees the rest.
            int from = random.nextInt(4) == 0
                    ? 0
                    : Math.min(bent.length(), good.uri().startsWith("/v1/partner") ? 20 : 12);
            String piece =
                    random.nextInt(5) == 0 ? String.valueOf((char) random.nextInt(256)) : pick(RandomPieces.IN_PATHS);
            bent.insert(random.nextInt(from, bent.length() + 1), piece);
        }
        uri = bent.toString();
        framingBent = uri.indexOf('\n') >= 0 || uri.indexOf('\r') >= 0;
    }

    private void bendQuery() {
        StringBuilder query = new StringBuilder(uri.contains("?") ? "&" : "?");
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            String value = random.nextInt(4) == 0 ? base64(random.nextInt(1, 80)) : pick(RandomPieces.IN_QUERIES);
            query.append(pick(RandomPieces.QUERY_NAMES))
                    .append(random.nextInt(20) == 0 ? "" : "=")
                    .append(value)
                    .append(i > 1 ? "&" : "");
        }
        uri += query;
    }

    private void bendHeaders() {
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            String name = pick(RandomPieces.HEADERS);
            headers.add(name + ": " + pick(RandomPieces.IN_HEADERS));
            framingBent |= List.of("Transfer-Encoding", "Content-Length", "Connection", "Expect", "Upgrade")
                    .contains(name);
        }
        if (random.nextInt(30) == 0) {
            headers.add(
                    pick(List.of("no colon", ": no name", "bad name: x", " folded: x", "\u00ff: x", "X-Nul: a\0b")));
            framingBent = true;
        }
    }

    private void bendBody() {
        if (body.length == 0 || random.nextInt(20) == 0) {
            body = pick(RandomPieces.IN_JSON).getBytes(StandardCharsets.ISO_8859_1);
        } else if (random.nextInt(2) == 0) {
            body = bentTree().getBytes(StandardCharsets.UTF_8);
        } else {
            byte[] straight = body;
            bendBytes();
            if (hosts(body) != hosts(straight)) {
                // Nobody else is asked for anything.
                body = straight;
            }
        }
    }

    /** How many hosts are named, all of them this one. */
    private static int hosts(byte[] body) {
        return new String(body, StandardCharsets.ISO_8859_1).split("127\\.0\\.0\\.1\\b", -1).length;
    }

    private String bentTree() {
        JsonNode tree = JsonMapper.shared().readTree(new String(body, StandardCharsets.UTF_8));
        List<JsonNode> containers = new ArrayList<>();
        collect(tree, containers);
        if (containers.isEmpty()) {
            // Of what is no object, such as a question to OCSP, another value is as good.
            return pick(RandomPieces.IN_JSON);
        }
        JsonNode container = containers.get(random.nextInt(containers.size()));
        String marker = "@@@";
        if (container instanceof ObjectNode object) {
            List<String> names = new ArrayList<>(object.propertyNames());
            object.put(
                    names.isEmpty() || random.nextInt(4) == 0 ? "data" : names.get(random.nextInt(names.size())),
                    marker);
        } else if (container instanceof ArrayNode array) {
            array.add(marker);
        }
        return tree.toString().replace("\"" + marker + "\"", pick(RandomPieces.IN_JSON));
    }

    private static void collect(JsonNode node, List<JsonNode> containers) {
        if (node.isContainer()) {
            containers.add(node);
            node.forEach(child -> collect(child, containers));
        }
    }

    private void bendBytes() {
        for (int i = random.nextInt(1, 4); i > 0 && body.length > 0; i--) {
            int at = random.nextInt(body.length);
            int end = Math.min(body.length, at + random.nextInt(1, 12));
            switch (random.nextInt(4)) {
                case 0 -> body[at] = (byte) random.nextInt(256);
                case 1 -> body = joined(slice(0, at), slice(end, body.length));
                case 2 -> body = joined(slice(0, end), slice(at, body.length));
                default ->
                    body = joined(
                            slice(0, at),
                            pick(RandomPieces.IN_JSON).getBytes(StandardCharsets.ISO_8859_1),
                            slice(at, body.length));
            }
        }
    }

    private String bentToken() {
        StringBuilder bent = new StringBuilder(token);
        switch (random.nextInt(6)) {
            case 0 -> bent.setLength(random.nextInt(bent.length()));
            case 1 -> bent.setCharAt(random.nextInt(bent.length()), (char) random.nextInt(33, 127));
            case 2 -> bent.insert(random.nextInt(bent.length()), ".");
            case 3 -> {
                return base64(random.nextInt(1, 60)) + "." + base64(random.nextInt(1, 200)) + "."
                        + base64(random.nextInt(0, 90));
            }
            case 4 -> {
                String header = pick(List.of(
                        "{\"alg\":\"none\"}",
                        "{\"alg\":[]}",
                        "{}",
                        "[]",
                        "{\"alg\":\"HS256\",\"kid\":\"../../etc\"}",
                        "{\"alg\":",
                        "\"x\""));
                return Base64.getUrlEncoder().withoutPadding().encodeToString(header.getBytes(StandardCharsets.UTF_8))
                        + token.substring(token.indexOf('.'));
            }
            default -> {
                return CANARY + base64(20) + "x".repeat(random.nextInt(3) == 0 ? 15_000 : 0);
            }
        }
        return bent.toString();
    }

    private byte[] assembled(String authorization) {
        StringBuilder head = new StringBuilder(method + " " + uri + " HTTP/1.1\r\n");
        List<String> names =
                headers.stream().map(header -> header.split(":")[0]).toList();
        addUnlessBent(head, names, "Host", "127.0.0.1");
        addUnlessBent(
                head, names, "Authorization", authorization.replace("\r", "").replace("\n", ""));
        addUnlessBent(head, names, "Content-Type", "application/json");
        addUnlessBent(head, names, "Content-Length", String.valueOf(body.length));
        for (int i = 0; i < good.headers().size(); i += 2) {
            addUnlessBent(head, names, good.headers().get(i), good.headers().get(i + 1));
        }
        headers.forEach(header -> head.append(header).append("\r\n"));
        head.append("X-Canary: ").append(CANARY).append("\r\n\r\n");
        return joined(head.toString().getBytes(StandardCharsets.ISO_8859_1), body);
    }

    private static void addUnlessBent(StringBuilder head, List<String> bent, String name, String value) {
        if (!bent.contains(name)) {
            head.append(name).append(": ").append(value).append("\r\n");
        }
    }

    private String base64(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private String pick(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private byte[] slice(int from, int to) {
        return java.util.Arrays.copyOfRange(body, from, to);
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** As a client sends it. */
    private static byte[] bytes(@Nullable Object body) {
        if (body == null) {
            return new byte[0];
        }
        String text = body instanceof String raw ? raw : JsonMapper.shared().writeValueAsString(body);
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * @param framingBent whether the bytes may be read as another number of requests than one
     * @param noHttp whether the request line has characters that none may have
     */
    record Input(byte[] bytes, boolean framingBent, boolean noHttp) {
        String shown() {
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            return text.replaceAll("eyJ[A-Za-z0-9._-]+", "<token>")
                    .replaceAll("[^ -~\\r\\n]", "?")
                    .lines()
                    .map(line -> line.substring(0, Math.min(300, line.length())))
                    .limit(20)
                    .collect(java.util.stream.Collectors.joining("\n"));
        }
    }
}
