package ai.scailabs.vault.pki.dns.azure;

import static ai.scailabs.vault.pki.dns.rest.RestAnswer.text;
import static ai.scailabs.vault.pki.dns.rest.RestCalls.encoded;

import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.pki.dns.rest.RestAnswer;
import ai.scailabs.vault.pki.dns.rest.RestCalls;
import ai.scailabs.vault.pki.dns.zone.Credentials;
import ai.scailabs.vault.pki.dns.zone.DnsName;
import ai.scailabs.vault.pki.dns.zone.ZoneException;
import ai.scailabs.vault.pki.dns.zone.ZoneFailure;
import ai.scailabs.vault.pki.dns.zone.ZoneRecords;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** With the role DNS Zone Contributor. A set is replaced or deleted under the condition that its etag is still the one that was read. */
public final class AzureZones implements ZoneRecords {
    private static final String VERSION = "api-version=2018-05-01";

    private final GuardedTransfers transfers;
    private final URI api;
    private final URI login;
    private final Credentials credentials;
    private @Nullable RestCalls calls;

    /**
     * @param api of the Resource Manager
     * @param login where Entra ID gives tokens
     */
    public AzureZones(GuardedTransfers transfers, URI api, URI login, Credentials credentials) {
        this.transfers = transfers;
        this.api = api;
        this.login = login;
        this.credentials = credentials;
    }

    private RestCalls calls() throws ZoneException {
        RestCalls known = calls;
        if (known == null) {
            known = new RestCalls(transfers, api, Map.of("Authorization", "Bearer " + token()), false);
            calls = known;
        }
        return known;
    }

    private String token() throws ZoneException {
        RestAnswer answer = new RestCalls(transfers, login, Map.of(), false)
                .postForm(
                        "/" + encoded(credentials.reveal("tenant_id")) + "/oauth2/v2.0/token",
                        "grant_type",
                        "client_credentials",
                        "client_id",
                        credentials.reveal("client_id"),
                        "client_secret",
                        credentials.reveal("client_secret"),
                        "scope",
                        "https://management.azure.com/.default");
        if (answer.status() == 400) {
            throw new ZoneException(ZoneFailure.CREDENTIALS_REFUSED, "400 of the token");
        }
        return text(answer.requireDone().body(), "access_token");
    }

    private String zonesPath() {
        return "/subscriptions/" + encoded(credentials.reveal("subscription_id")) + "/resourceGroups/"
                + encoded(credentials.reveal("resource_group")) + "/providers/Microsoft.Network/dnsZones";
    }

    @Override
    public List<String> zones(Collection<String> wanted) throws ZoneException {
        List<String> names = new ArrayList<>();
        String path = zonesPath() + "?" + VERSION;
        while (!path.isEmpty() && names.size() < MAX_ZONES) {
            RestAnswer answer = calls().get(path).requireDone();
            for (JsonNode zone : answer.list("value")) {
                if (!RestAnswer.textOrEmpty(zone.path("properties"), "zoneType").equals("Private")) {
                    names.add(DnsName.plain(text(zone, "name")));
                }
            }
            path = next(RestAnswer.textOrEmpty(answer.body(), "nextLink"));
        }
        return names;
    }

    /** The token goes to no other server than the first page came from. */
    private String next(String link) throws ZoneException {
        if (link.isEmpty()) {
            return "";
        }
        if (!link.startsWith(api + "/")) {
            throw new ZoneException(ZoneFailure.UNAVAILABLE, "a link to elsewhere");
        }
        return link.substring(api.toString().length());
    }

    @Override
    public void add(String zone, String name, String value) throws ZoneException {
        change(zone, name, value, true);
    }

    @Override
    public void remove(String zone, String name, String value) throws ZoneException {
        change(zone, name, value, false);
    }

    private void change(String zone, String name, String value, boolean wanted) throws ZoneException {
        String relative = DnsName.relative(name, zone);
        String path = zonesPath() + "/" + encoded(zone) + "/TXT/" + encoded(relative.isEmpty() ? "@" : relative) + "?"
                + VERSION;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            RestAnswer set = calls().get(path);
            boolean there = set.status() != 404;
            List<List<String>> values = there ? values(set.requireDone().body()) : List.of();
            if (values.stream().anyMatch(strings -> String.join("", strings).equals(value)) == wanted) {
                return;
            }
            List<List<String>> changed = new ArrayList<>(values);
            changed.removeIf(strings -> String.join("", strings).equals(value));
            if (wanted) {
                changed.add(List.of(value));
            }
            RestAnswer answer = changed.isEmpty()
                    ? calls().call("DELETE", path, Map.of("If-Match", text(set.body(), "etag")), null)
                    : calls().call("PUT", path, condition(there, set.body()), body(set.body(), changed));
            if (answer.isDone()) {
                return;
            }
            if (answer.status() != 412 && answer.status() != 409) {
                throw answer.refusal();
            }
        }
        throw new ZoneException(ZoneFailure.CONFLICT, "changed " + ATTEMPTS + " times");
    }

    private static Map<String, String> condition(boolean there, JsonNode set) throws ZoneException {
        return there ? Map.of("If-Match", text(set, "etag")) : Map.of("If-None-Match", "*");
    }

    private static Map<String, Object> body(JsonNode set, List<List<String>> values) {
        JsonNode before = set.path("properties");
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("TTL", before.path("TTL").asInt(TTL_SECONDS));
        if (before.path("metadata").isObject()) {
            properties.put("metadata", before.path("metadata"));
        }
        properties.put(
                "TXTRecords",
                values.stream().map(strings -> Map.of("value", strings)).toList());
        return Map.of("properties", properties);
    }

    private static List<List<String>> values(JsonNode set) throws ZoneException {
        List<List<String>> values = new ArrayList<>();
        for (JsonNode record : set.path("properties").path("TXTRecords")) {
            List<String> strings = new ArrayList<>();
            for (JsonNode string : record.path("value")) {
                if (!string.isString()) {
                    throw RestAnswer.senseless();
                }
                strings.add(string.stringValue());
            }
            values.add(strings);
        }
        return values;
    }

    @Override
    public void close() {
        credentials.close();
    }
}
