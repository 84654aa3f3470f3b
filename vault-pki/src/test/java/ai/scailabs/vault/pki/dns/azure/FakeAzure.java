package ai.scailabs.vault.pki.dns.azure;

import ai.scailabs.vault.pki.dns.rest.FakeApi;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** Azure's Resource Manager as far as it is DNS, and Entra ID's tokens. */
final class FakeAzure extends FakeApi {
    static final String SECRET = "az~secret-not-a-secret";
    private static final String ZONES =
            "/subscriptions/sub-1/resourceGroups/dns-group/providers/Microsoft.Network/dnsZones";

    final Set<String> zones = new TreeSet<>();
    final Map<String, Entry> sets = new LinkedHashMap<>();
    volatile String linkPrefix = "";
    private int etags;

    record Entry(String etag, int ttl, List<String> values, Map<String, Object> metadata) {}

    synchronized void place(String key, int ttl, List<String> values) {
        sets.put(key, new Entry("e" + ++etags, ttl, List.copyOf(values), Map.of("owner", "others")));
    }

    @Override
    protected Answer answer(Request request) {
        if (request.is("POST", "/dir-1/oauth2/v2.0/token")) {
            boolean good = request.body()
                    .equals("grant_type=client_credentials&client_id=app-1&client_secret=az~secret-not-a-secret"
                                    .replace("~", "%7E")
                            + "&scope=https%3A%2F%2Fmanagement.azure.com%2F.default");
            return good
                    ? json(200, Map.of("access_token", "eyJ.test", "expires_in", 3599, "token_type", "Bearer"))
                    : json(
                            401,
                            Map.of(
                                    "error",
                                    "invalid_client",
                                    "error_description",
                                    "AADSTS7000215: Invalid client secret stranger"));
        }
        if (!request.header("Authorization").equals("Bearer eyJ.test")
                || !request.query("api-version").equals("2018-05-01")) {
            return json(401, Map.of("error", Map.of("code", "AuthenticationFailed")));
        }
        if (request.is("GET", ZONES)) {
            return zones(request);
        }
        if (!request.uri().getPath().matches(ZONES + "/[^/]+/TXT/[^/]+") || !zones.contains(request.segment(8))) {
            return json(404, Map.of("error", Map.of("code", "ResourceNotFound")));
        }
        String key = request.segment(10) + "|" + request.segment(8);
        Entry entry = sets.get(key);
        if (request.method().equals("GET")) {
            return entry == null ? json(404, Map.of("error", Map.of("code", "NotFound"))) : json(200, shown(entry));
        }
        boolean fits = request.header("If-None-Match").equals("*")
                ? entry == null
                : entry != null && request.header("If-Match").equals(entry.etag());
        if (!fits) {
            return json(412, Map.of("error", Map.of("code", "PreconditionFailed")));
        }
        if (request.method().equals("DELETE")) {
            sets.remove(key);
            return new Answer(200, Map.of(), "");
        }
        JsonNode properties = request.json().get("properties");
        List<String> values = new ArrayList<>();
        properties
                .get("TXTRecords")
                .forEach(record -> values.add(record.get("value").get(0).stringValue()));
        Map<String, Object> metadata = new LinkedHashMap<>();
        properties
                .path("metadata")
                .properties()
                .forEach(each -> metadata.put(each.getKey(), each.getValue().stringValue()));
        sets.put(key, new Entry("e" + ++etags, properties.get("TTL").intValue(), values, metadata));
        return json(entry == null ? 201 : 200, shown(sets.get(key)));
    }

    private Answer zones(Request request) {
        List<String> names = new ArrayList<>(zones);
        int from = request.query("$skipToken").isEmpty() ? 0 : Integer.parseInt(request.query("$skipToken"));
        int to = Math.min(names.size(), from + 100);
        Map<String, Object> page = new LinkedHashMap<>();
        page.put(
                "value",
                names.subList(from, to).stream()
                        .map(name -> Map.of("name", name, "properties", Map.of("zoneType", "Public")))
                        .toList());
        if (to < names.size()) {
            String prefix = linkPrefix.isEmpty() ? endpoint().toString() : linkPrefix;
            page.put("nextLink", prefix + ZONES + "?api-version=2018-05-01&$skipToken=" + to);
        }
        return json(200, page);
    }

    private static Map<String, Object> shown(Entry entry) {
        return Map.of(
                "etag", entry.etag(),
                "properties",
                        Map.of(
                                "TTL", entry.ttl(),
                                "metadata", entry.metadata(),
                                "TXTRecords",
                                        entry.values().stream()
                                                .map(value -> Map.of("value", List.of(value)))
                                                .toList()));
    }
}
