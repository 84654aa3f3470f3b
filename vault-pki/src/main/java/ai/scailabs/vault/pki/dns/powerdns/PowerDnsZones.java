package ai.scailabs.vault.pki.dns.powerdns;

import static ai.scailabs.vault.pki.dns.rest.RestAnswer.text;
import static ai.scailabs.vault.pki.dns.rest.RestCalls.encoded;

import ai.scailabs.vault.kernel.error.VaultException;
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
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * By an API key. A set is replaced as a whole there, and nothing tells whether it has changed since it was read: changes of this instance follow one another, each is read back, and made again where it was overwritten.
 */
public final class PowerDnsZones implements ZoneRecords {
    private final RestCalls calls;
    private final String server;
    private final Lock turn;
    private final Credentials credentials;

    /**
     * @param turn held while a set is read and replaced
     * @throws VaultException {@code validation_error} for a URL that is none
     */
    public PowerDnsZones(GuardedTransfers transfers, Credentials credentials, Lock turn) {
        this.calls = new RestCalls(
                transfers,
                base(credentials.reveal("base_url")),
                Map.of("X-API-Key", credentials.reveal("api_key")),
                true);
        this.server = "/api/v1/servers/" + encoded(credentials.find("server_id").orElse("localhost"));
        this.turn = turn;
        this.credentials = credentials;
    }

    private static URI base(String text) {
        try {
            URI base = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            if (base.getHost() != null
                    && base.getRawUserInfo() == null
                    && base.getRawQuery() == null
                    && base.getRawFragment() == null) {
                return base;
            }
        } catch (URISyntaxException malformed) {
            throw malformed();
        }
        throw malformed();
    }

    private static VaultException malformed() {
        return VaultException.invalidField("credentials.base_url", "must be a URL of the form https://host[:port]");
    }

    @Override
    public List<String> zones(Collection<String> wanted) throws ZoneException {
        JsonNode list = done(calls.get(server + "/zones")).body();
        if (!list.isArray()) {
            throw RestAnswer.senseless();
        }
        List<String> names = new ArrayList<>();
        for (JsonNode zone : list) {
            names.add(DnsName.plain(text(zone, "name")));
        }
        return names;
    }

    @Override
    public void add(String zone, String name, String value) throws ZoneException {
        change(zone, name, value, true);
    }

    @Override
    public void remove(String zone, String name, String value) throws ZoneException {
        try {
            change(zone, name, value, false);
        } catch (ZoneException gone) {
            if (gone.failure() != ZoneFailure.ZONE_MISSING) {
                throw gone;
            }
        }
    }

    private void change(String zone, String name, String value, boolean wanted) throws ZoneException {
        turn.lock();
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                JsonNode set = set(zone, name);
                if (has(set, value) == wanted) {
                    return;
                }
                replace(zone, name, set, value, wanted);
            }
            if (has(set(zone, name), value) != wanted) {
                throw new ZoneException(ZoneFailure.CONFLICT, "overwritten " + ATTEMPTS + " times");
            }
        } finally {
            turn.unlock();
        }
    }

    /** Null when there is none. A server before 4.7 does not know the restriction, and gives the zone as a whole. */
    private @Nullable JsonNode set(String zone, String name) throws ZoneException {
        RestAnswer answer = done(calls.get(zone(zone) + "?rrset_name=" + encoded(name + ".") + "&rrset_type=TXT"));
        for (JsonNode set : answer.list("rrsets")) {
            if (text(set, "type").equals("TXT")
                    && DnsName.plain(text(set, "name")).equals(name)) {
                return set;
            }
        }
        return null;
    }

    private static boolean has(@Nullable JsonNode set, String value) throws ZoneException {
        if (set != null) {
            for (JsonNode record : set.path("records")) {
                if (TxtValue.isOf(text(record, "content"), value)
                        && !record.path("disabled").asBoolean(false)) {
                    return true;
                }
            }
        }
        return false;
    }

    private void replace(String zone, String name, @Nullable JsonNode set, String value, boolean wanted)
            throws ZoneException {
        List<Object> records = new ArrayList<>();
        if (set != null) {
            for (JsonNode record : set.path("records")) {
                if (!TxtValue.isOf(text(record, "content"), value)) {
                    records.add(Map.of(
                            "content",
                            text(record, "content"),
                            "disabled",
                            record.path("disabled").asBoolean(false)));
                }
            }
        }
        if (wanted) {
            records.add(Map.of("content", TxtValue.quoted(value), "disabled", false));
        }
        Map<String, Object> change = records.isEmpty()
                ? Map.of("name", name + ".", "type", "TXT", "changetype", "DELETE")
                : Map.of(
                        "name",
                        name + ".",
                        "type",
                        "TXT",
                        "ttl",
                        set == null ? TTL_SECONDS : set.path("ttl").asInt(TTL_SECONDS),
                        "changetype",
                        "REPLACE",
                        "records",
                        records);
        done(calls.call("PATCH", zone(zone), Map.of(), Map.of("rrsets", List.of(change))));
    }

    private String zone(String zone) {
        return server + "/zones/" + encoded(zone + ".");
    }

    /** Of a zone that is not there it says that the request cannot be processed. */
    private static RestAnswer done(RestAnswer answer) throws ZoneException {
        boolean unknown = answer.status() == 422
                && RestAnswer.textOrEmpty(answer.body(), "error").startsWith("Could not find domain");
        if (unknown) {
            throw new ZoneException(ZoneFailure.ZONE_MISSING, "422");
        }
        return answer.requireDone();
    }

    @Override
    public void close() {
        credentials.close();
    }
}
