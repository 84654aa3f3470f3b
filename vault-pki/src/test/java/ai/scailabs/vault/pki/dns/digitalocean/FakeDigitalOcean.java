package ai.scailabs.vault.pki.dns.digitalocean;

import ai.scailabs.vault.pki.dns.rest.FakeApi;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** Version 2 of DigitalOcean's API: domains and TXT records. */
final class FakeDigitalOcean extends FakeApi {
    static final String TOKEN = "do-token-not-a-secret";

    final Set<String> zones = new TreeSet<>();
    final Map<Integer, Entry> records = new LinkedHashMap<>();
    private int numbers = 28_448_429;

    record Entry(String zone, String name, String data, int ttl) {
        String whole() {
            return name.equals("@") ? zone : name + "." + zone;
        }
    }

    synchronized void place(Entry entry) {
        records.put(++numbers, entry);
    }

    @Override
    protected Answer answer(Request request) {
        if (!request.header("Authorization").equals("Bearer " + TOKEN)) {
            return json(401, Map.of("id", "Unauthorized", "message", "Unable to authenticate you"));
        }
        if (request.is("GET", "/v2/domains")) {
            List<Object> found = new ArrayList<>();
            zones.forEach(name -> found.add(Map.of("name", name, "ttl", 1800)));
            return page(request, "domains", found);
        }
        if (request.uri().getPath().split("/").length < 5 || !zones.contains(request.segment(3))) {
            return json(
                    404, Map.of("id", "not_found", "message", "The resource you were accessing could not be found."));
        }
        if (request.is("GET", "/v2/domains/[^/]+/records")) {
            List<Object> found = new ArrayList<>();
            records.forEach((id, entry) -> {
                if (entry.zone().equals(request.segment(3))
                        && entry.whole().equals(request.query("name"))
                        && request.query("type").equals("TXT")) {
                    found.add(Map.of(
                            "id", id, "type", "TXT", "name", entry.name(), "data", entry.data(), "ttl", entry.ttl()));
                }
            });
            return page(request, "domain_records", found);
        }
        if (request.is("POST", "/v2/domains/[^/]+/records")) {
            JsonNode body = request.json();
            if (!Set.of("type", "name", "data", "ttl").equals(Set.copyOf(body.propertyNames()))
                    || body.get("ttl").intValue() < 30) {
                return json(422, Map.of("id", "unprocessable_entity", "message", "Record is invalid"));
            }
            place(new Entry(
                    request.segment(3),
                    body.get("name").stringValue(),
                    body.get("data").stringValue(),
                    body.get("ttl").intValue()));
            return json(201, Map.of("domain_record", Map.of("id", numbers)));
        }
        if (request.is("DELETE", "/v2/domains/[^/]+/records/[0-9]+")) {
            return records.remove(Integer.parseInt(request.segment(5))) == null
                    ? json(404, Map.of("id", "not_found"))
                    : new Answer(204, Map.of(), "");
        }
        return json(405, Map.of("id", "method_not_allowed"));
    }

    private Answer page(Request request, String member, List<Object> all) {
        int page = request.query("page").isEmpty() ? 1 : Integer.parseInt(request.query("page"));
        int size =
                request.query("per_page").isEmpty() ? 20 : Math.min(200, Integer.parseInt(request.query("per_page")));
        int from = Math.min(all.size(), (page - 1) * size);
        Map<String, Object> pages = from + size < all.size()
                ? Map.of(
                        "next",
                        "https://elsewhere.test/v2/domains?page=" + (page + 1),
                        "last",
                        "https://elsewhere.test/")
                : Map.of();
        return json(
                200,
                Map.of(
                        member,
                        all.subList(from, Math.min(all.size(), from + size)),
                        "links",
                        pages.isEmpty() ? Map.of() : Map.of("pages", pages),
                        "meta",
                        Map.of("total", all.size())));
    }
}
