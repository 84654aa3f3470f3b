package ai.scailabs.vault.pki.dns.cloudflare;

import ai.scailabs.vault.pki.dns.rest.FakeApi;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Version 4 of Cloudflare's API: zones and TXT records. */
final class FakeCloudflare extends FakeApi {
    static final String TOKEN = "cf-token-not-a-secret";

    final Map<String, String> zones = new LinkedHashMap<>();
    final Map<String, Entry> records = new LinkedHashMap<>();
    private int numbers;

    record Entry(String zone, String name, String content, int ttl) {}

    synchronized void place(String zone, String name, String content, int ttl) {
        records.put("r" + ++numbers, new Entry(zones.get(zone), name, content, ttl));
    }

    @Override
    protected Answer answer(Request request) {
        if (!request.header("Authorization").equals("Bearer " + TOKEN)) {
            return failed(403, 10000, "Authentication error");
        }
        if (request.is("GET", "/client/v4/zones")) {
            List<Object> found = new ArrayList<>();
            zones.forEach((name, id) -> {
                if (request.query("name").isEmpty() || request.query("name").equals(name)) {
                    found.add(Map.of("id", id, "name", name, "status", "active"));
                }
            });
            return page(request, found, 50);
        }
        if (request.is("GET", "/client/v4/zones/[^/]+/dns_records")) {
            List<Object> found = new ArrayList<>();
            records.forEach((id, entry) -> {
                if (entry.zone().equals(request.segment(4))
                        && entry.name().equals(request.query("name"))
                        && request.query("type").equals("TXT")) {
                    found.add(Map.of(
                            "id",
                            id,
                            "name",
                            entry.name(),
                            "type",
                            "TXT",
                            "content",
                            entry.content(),
                            "ttl",
                            entry.ttl()));
                }
            });
            return page(request, found, 5_000_000);
        }
        if (request.is("POST", "/client/v4/zones/[^/]+/dns_records")) {
            JsonNode body = request.json();
            if (!Set.of("type", "name", "content", "ttl").equals(Set.copyOf(body.propertyNames()))
                    || !body.get("content").stringValue().startsWith("\"")) {
                return failed(400, 9005, "Content for TXT record is invalid.");
            }
            Entry entry = new Entry(
                    request.segment(4),
                    body.get("name").stringValue(),
                    body.get("content").stringValue(),
                    body.get("ttl").intValue());
            if (records.values().stream()
                    .anyMatch(other ->
                            other.name().equals(entry.name()) && other.content().equals(entry.content()))) {
                return failed(400, 81058, "An identical record already exists.");
            }
            records.put("r" + ++numbers, entry);
            return json(200, Map.of("success", true, "errors", List.of(), "result", Map.of("id", "r" + numbers)));
        }
        if (request.is("DELETE", "/client/v4/zones/[^/]+/dns_records/[^/]+")) {
            return records.remove(request.segment(6)) == null
                    ? failed(404, 81044, "Record does not exist.")
                    : json(200, Map.of("success", true, "result", Map.of("id", request.segment(6))));
        }
        return failed(400, 7000, "No route for that URI");
    }

    private static Answer page(Request request, List<Object> all, int most) {
        int page = request.query("page").isEmpty() ? 1 : Integer.parseInt(request.query("page"));
        int size = request.query("per_page").isEmpty() ? 20 : Integer.parseInt(request.query("per_page"));
        if (size > most) {
            return failed(400, 6003, "Invalid request headers");
        }
        int from = Math.min(all.size(), (page - 1) * size);
        return json(
                200,
                Map.of(
                        "success", true,
                        "errors", List.of(),
                        "result", all.subList(from, Math.min(all.size(), from + size)),
                        "result_info",
                                Map.of(
                                        "page",
                                        page,
                                        "per_page",
                                        size,
                                        "total_pages",
                                        (all.size() + size - 1) / size,
                                        "total_count",
                                        all.size())));
    }

    private static Answer failed(int status, int code, String message) {
        return json(
                status,
                Map.of(
                        "success",
                        false,
                        "errors",
                        List.of(Map.of("code", code, "message", message)),
                        "messages",
                        List.of()));
    }
}
