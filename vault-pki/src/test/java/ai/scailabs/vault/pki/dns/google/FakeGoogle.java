package ai.scailabs.vault.pki.dns.google;

import ai.scailabs.vault.pki.dns.rest.FakeApi;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Version 1 of Cloud DNS, and Google's tokens for service accounts. */
final class FakeGoogle extends FakeApi {
    static final String PROJECT = "acme-dns";
    static final String EMAIL = "dns@acme-dns.iam.gserviceaccount.com";

    final Map<String, String> zones = new LinkedHashMap<>();
    final Map<String, Entry> sets = new LinkedHashMap<>();
    final KeyPair key;

    record Entry(String zone, int ttl, List<String> values) {}

    FakeGoogle() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        key = generator.generateKeyPair();
    }

    /** As Google gives it. */
    Map<String, Object> file(KeyPair pair) {
        return Map.of(
                "type", "service_account",
                "project_id", PROJECT,
                "private_key_id", "key1",
                "private_key",
                        "-----BEGIN PRIVATE KEY-----\n"
                                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                        .encodeToString(pair.getPrivate().getEncoded())
                                + "\n-----END PRIVATE KEY-----\n",
                "client_email", EMAIL,
                "client_id", "1",
                "token_uri", "https://elsewhere.test/token");
    }

    synchronized void place(String zone, String name, int ttl, List<String> values) {
        sets.put(name, new Entry(zone, ttl, List.copyOf(values)));
    }

    @Override
    protected Answer answer(Request request) {
        if (request.is("POST", "/token")) {
            return token(request.body());
        }
        if (!request.header("Authorization").equals("Bearer ya29.test")) {
            return failed(401, "authError");
        }
        String zonesPath = "/dns/v1/projects/" + PROJECT + "/managedZones";
        if (request.is("GET", zonesPath)) {
            return zones(request);
        }
        String zone = request.segment(6);
        if (!zones.containsValue(zone)) {
            return failed(404, "notFound");
        }
        if (request.is("GET", zonesPath + "/[^/]+/rrsets")) {
            Entry entry = sets.get(request.query("name"));
            boolean found = entry != null
                    && entry.zone().equals(zone)
                    && request.query("type").equals("TXT");
            return json(
                    200,
                    found
                            ? Map.of(
                                    "rrsets",
                                    List.of(Map.of(
                                            "name",
                                            request.query("name"),
                                            "type",
                                            "TXT",
                                            "ttl",
                                            entry.ttl(),
                                            "rrdatas",
                                            entry.values())))
                            : Map.of("rrsets", List.of()));
        }
        return request.is("POST", zonesPath + "/[^/]+/changes") ? change(zone, request.json()) : failed(400, "invalid");
    }

    private Answer token(String body) {
        String prefix = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
        try {
            String[] parts = URLDecoder.decode(body.substring(prefix.length()), StandardCharsets.UTF_8)
                    .split("\\.");
            JsonNode claims = JSON.readTree(Base64.getUrlDecoder().decode(parts[1]));
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initVerify(key.getPublic());
            signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
            boolean good = body.startsWith(prefix)
                    && signature.verify(Base64.getUrlDecoder().decode(parts[2]))
                    && claims.get("iss").stringValue().equals(EMAIL)
                    && claims.get("aud").stringValue().equals(endpoint() + "/token")
                    && claims.get("scope")
                            .stringValue()
                            .equals("https://www.googleapis.com/auth/ndev.clouddns.readwrite")
                    && claims.get("exp").longValue() - claims.get("iat").longValue() <= 3600;
            return good
                    ? json(200, Map.of("access_token", "ya29.test", "expires_in", 3599, "token_type", "Bearer"))
                    : json(400, Map.of("error", "invalid_grant", "error_description", "Invalid JWT Signature."));
        } catch (Exception malformed) {
            return json(400, Map.of("error", "invalid_request"));
        }
    }

    private Answer zones(Request request) {
        List<Object> found = new ArrayList<>();
        zones.forEach((name, id) -> {
            if (request.query("dnsName").isEmpty() || request.query("dnsName").equals(name)) {
                found.add(Map.of(
                        "name", id, "dnsName", name, "visibility", id.startsWith("private") ? "private" : "public"));
            }
        });
        int from = request.query("pageToken").isEmpty() ? 0 : Integer.parseInt(request.query("pageToken"));
        int to = Math.min(found.size(), from + 40);
        Map<String, Object> page = new LinkedHashMap<>(Map.of("managedZones", found.subList(from, to)));
        if (to < found.size()) {
            page.put("nextPageToken", String.valueOf(to));
        }
        return json(200, page);
    }

    /** As a whole or not at all. */
    private Answer change(String zone, JsonNode change) {
        Set<String> members = Set.of("additions", "deletions");
        if (!members.equals(Set.copyOf(change.propertyNames()))) {
            return failed(400, "invalid");
        }
        Map<String, Entry> after = new LinkedHashMap<>(sets);
        for (JsonNode set : change.get("deletions")) {
            String name = set.get("name").stringValue();
            if (!after.containsKey(name)) {
                return failed(404, "notFound");
            }
            if (!after.get(name).equals(entry(zone, set))) {
                return failed(412, "conditionNotMet");
            }
            after.remove(name);
        }
        for (JsonNode set : change.get("additions")) {
            if (after.putIfAbsent(set.get("name").stringValue(), entry(zone, set)) != null) {
                return failed(409, "alreadyExists");
            }
        }
        sets.clear();
        sets.putAll(after);
        return json(200, Map.of("kind", "dns#change", "id", "1", "status", "pending"));
    }

    private static Entry entry(String zone, JsonNode set) {
        List<String> values = new ArrayList<>();
        set.get("rrdatas").forEach(value -> values.add(value.stringValue()));
        return new Entry(zone, set.get("ttl").intValue(), values);
    }

    private static Answer failed(int status, String reason) {
        return json(
                status,
                Map.of(
                        "error",
                        Map.of("code", status, "message", reason, "errors", List.of(Map.of("reason", reason)))));
    }
}
