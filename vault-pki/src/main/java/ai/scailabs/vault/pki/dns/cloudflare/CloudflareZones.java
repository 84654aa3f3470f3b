package ai.scailabs.vault.pki.dns.cloudflare;

import static ai.scailabs.vault.pki.dns.rest.RestAnswer.text;
import static ai.scailabs.vault.pki.dns.rest.RestCalls.encoded;

import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.pki.dns.rest.RestAnswer;
import ai.scailabs.vault.pki.dns.rest.RestCalls;
import ai.scailabs.vault.pki.dns.zone.Credentials;
import ai.scailabs.vault.pki.dns.zone.DnsName;
import ai.scailabs.vault.pki.dns.zone.TxtValue;
import ai.scailabs.vault.pki.dns.zone.ZoneException;
import ai.scailabs.vault.pki.dns.zone.ZoneFailure;
import ai.scailabs.vault.pki.dns.zone.ZoneRecords;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** By an API token with {@code Zone:DNS:Edit}. */
public final class CloudflareZones implements ZoneRecords {
    /** The most that it gives. */
    private static final int ZONES_A_PAGE = 50;

    private static final int RECORDS_A_PAGE = 100;
    /** "An identical record already exists." */
    private static final int IDENTICAL = 81058;

    private final RestCalls calls;
    private final Credentials credentials;

    public CloudflareZones(GuardedTransfers transfers, URI base, Credentials credentials) {
        this.calls = new RestCalls(
                transfers, base, Map.of("Authorization", "Bearer " + credentials.reveal("api_token")), false);
        this.credentials = credentials;
    }

    @Override
    public List<String> zones(Collection<String> wanted) throws ZoneException {
        List<String> names = new ArrayList<>();
        for (JsonNode zone : pages("/zones?", ZONES_A_PAGE)) {
            names.add(DnsName.plain(text(zone, "name")));
        }
        return names;
    }

    @Override
    public void add(String zone, String name, String value) throws ZoneException {
        String id = id(zone);
        if (!matching(id, name, value).isEmpty()) {
            return;
        }
        RestAnswer answer = calls.call(
                "POST",
                "/zones/" + id + "/dns_records",
                Map.of(),
                Map.of("type", "TXT", "name", name, "content", TxtValue.quoted(value), "ttl", TTL_SECONDS));
        if (!answer.isDone() && code(answer) != IDENTICAL) {
            throw refusal(answer);
        }
    }

    @Override
    public void remove(String zone, String name, String value) throws ZoneException {
        String id;
        try {
            id = id(zone);
        } catch (ZoneException gone) {
            if (gone.failure() == ZoneFailure.ZONE_MISSING) {
                return;
            }
            throw gone;
        }
        for (String record : matching(id, name, value)) {
            RestAnswer answer = calls.call("DELETE", "/zones/" + id + "/dns_records/" + record, Map.of(), null);
            if (!answer.isDone() && answer.status() != 404) {
                throw refusal(answer);
            }
        }
    }

    private String id(String zone) throws ZoneException {
        List<JsonNode> found = done(calls.get("/zones?name=" + encoded(zone))).list("result");
        if (found.isEmpty()) {
            throw new ZoneException(ZoneFailure.ZONE_MISSING, "no zone of this name");
        }
        if (found.size() > 1) {
            throw new ZoneException(ZoneFailure.ZONE_AMBIGUOUS, found.size() + " zones");
        }
        return encoded(text(found.getFirst(), "id"));
    }

    private List<String> matching(String zone, String name, String value) throws ZoneException {
        List<String> ids = new ArrayList<>();
        for (JsonNode record :
                pages("/zones/" + zone + "/dns_records?type=TXT&name=" + encoded(name) + "&", RECORDS_A_PAGE)) {
            if (DnsName.plain(text(record, "name")).equals(name) && TxtValue.isOf(text(record, "content"), value)) {
                ids.add(encoded(text(record, "id")));
            }
        }
        return ids;
    }

    private List<JsonNode> pages(String path, int perPage) throws ZoneException {
        List<JsonNode> all = new ArrayList<>();
        for (int page = 1; ; page++) {
            RestAnswer answer = done(calls.get(path + "page=" + page + "&per_page=" + perPage));
            List<JsonNode> found = answer.list("result");
            all.addAll(found);
            if (page >= answer.body().path("result_info").path("total_pages").asInt(1)
                    || found.isEmpty()
                    || all.size() >= MAX_ZONES) {
                return all;
            }
        }
    }

    private static RestAnswer done(RestAnswer answer) throws ZoneException {
        if (!answer.isDone()) {
            throw refusal(answer);
        }
        return answer;
    }

    /** A token that is none is a malformed request there. */
    private static ZoneException refusal(RestAnswer answer) {
        int code = code(answer);
        ZoneFailure failure = switch (code) {
            case 6003, 6111, 9103, 9106, 10000, 10001 -> ZoneFailure.CREDENTIALS_REFUSED;
            case 9109 -> ZoneFailure.DENIED;
            default -> ZoneFailure.ofStatus(answer.status());
        };
        return new ZoneException(failure, answer.status() + " " + code);
    }

    private static int code(RestAnswer answer) {
        return answer.body().path("errors").path(0).path("code").asInt(0);
    }

    @Override
    public void close() {
        credentials.close();
    }
}
