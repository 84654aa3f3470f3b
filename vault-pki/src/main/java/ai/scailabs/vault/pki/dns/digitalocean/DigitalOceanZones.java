package ai.scailabs.vault.pki.dns.digitalocean;

import static ai.scailabs.vault.pki.dns.rest.RestAnswer.text;
import static ai.scailabs.vault.pki.dns.rest.RestCalls.encoded;

import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.pki.dns.rest.RestAnswer;
import ai.scailabs.vault.pki.dns.rest.RestCalls;
import ai.scailabs.vault.pki.dns.zone.Credentials;
import ai.scailabs.vault.pki.dns.zone.DnsName;
import ai.scailabs.vault.pki.dns.zone.TxtValue;
import ai.scailabs.vault.pki.dns.zone.ZoneException;
import ai.scailabs.vault.pki.dns.zone.ZoneRecords;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** By a personal access token with {@code domain:read, domain:create, domain:update, domain:delete}. */
public final class DigitalOceanZones implements ZoneRecords {
    private static final int A_PAGE = 200;

    private final RestCalls calls;
    private final Credentials credentials;

    public DigitalOceanZones(GuardedTransfers transfers, URI base, Credentials credentials) {
        this.calls = new RestCalls(
                transfers, base, Map.of("Authorization", "Bearer " + credentials.reveal("api_token")), false);
        this.credentials = credentials;
    }

    @Override
    public List<String> zones(Collection<String> wanted) throws ZoneException {
        List<String> names = new ArrayList<>();
        for (JsonNode zone : pages("/v2/domains?", "domains")) {
            names.add(DnsName.plain(text(zone, "name")));
        }
        return names;
    }

    @Override
    public void add(String zone, String name, String value) throws ZoneException {
        if (!matching(zone, name, value).isEmpty()) {
            return;
        }
        String relative = DnsName.relative(name, zone);
        calls.call(
                        "POST",
                        records(zone),
                        Map.of(),
                        Map.of(
                                "type",
                                "TXT",
                                "name",
                                relative.isEmpty() ? "@" : relative,
                                "data",
                                value,
                                "ttl",
                                TTL_SECONDS))
                .requireDone();
    }

    @Override
    public void remove(String zone, String name, String value) throws ZoneException {
        for (String record : matching(zone, name, value)) {
            RestAnswer answer = calls.call("DELETE", records(zone) + "/" + record, Map.of(), null);
            if (answer.status() != 404) {
                answer.requireDone();
            }
        }
    }

    private static String records(String zone) {
        return "/v2/domains/" + encoded(zone) + "/records";
    }

    private List<String> matching(String zone, String name, String value) throws ZoneException {
        String relative = DnsName.relative(name, zone);
        List<String> ids = new ArrayList<>();
        for (JsonNode record : pages(records(zone) + "?type=TXT&name=" + encoded(name) + "&", "domain_records")) {
            String shown = text(record, "name");
            if (shown.equals(relative.isEmpty() ? "@" : relative) && TxtValue.isOf(text(record, "data"), value)) {
                ids.add(encoded(text(record, "id")));
            }
        }
        return ids;
    }

    /** The links to the pages behind are not followed, as they are whole addresses; whether there is one is all that counts. */
    private List<JsonNode> pages(String path, String member) throws ZoneException {
        List<JsonNode> all = new ArrayList<>();
        for (int page = 1; ; page++) {
            RestAnswer answer = calls.get(path + "page=" + page + "&per_page=" + A_PAGE);
            if (answer.status() == 404) {
                return all;
            }
            List<JsonNode> found = answer.requireDone().list(member);
            all.addAll(found);
            if (answer.body().path("links").path("pages").path("next").isMissingNode()
                    || found.isEmpty()
                    || all.size() >= MAX_ZONES) {
                return all;
            }
        }
    }

    @Override
    public void close() {
        credentials.close();
    }
}
