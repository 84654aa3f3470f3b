package ai.scailabs.vault.pki.dns.cloudflare;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.pki.dns.zone.ProviderType;
import ai.scailabs.vault.pki.dns.zone.TxtValue;
import ai.scailabs.vault.pki.dns.zone.ZoneRecords;
import ai.scailabs.vault.pki.dns.zone.ZoneRecordsContract;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against the API as it is published. */
public class CloudflareZonesTest extends ZoneRecordsContract {
    private FakeCloudflare api;

    @BeforeAll
    void start() {
        api = new FakeCloudflare();
        for (int i = 0; i < 60; i++) {
            api.zones.put("z" + i + ".many.test", "many" + i);
        }
        api.zones.put(ZONE, "zone1");
        api.zones.put("sub." + ZONE, "zone2");
    }

    @AfterAll
    void stop() {
        api.close();
    }

    private static ZoneRecords open(URI endpoint, String token) {
        return new CloudflareZones(
                TRANSFERS,
                URI.create(endpoint + "/client/v4"),
                credentials(ProviderType.CLOUDFLARE, Map.of("api_token", token)));
    }

    @Override
    protected ZoneRecords open() {
        return open(api.endpoint(), FakeCloudflare.TOKEN);
    }

    @Override
    protected ZoneRecords openAsStranger() {
        return open(api.endpoint(), "stranger");
    }

    @Override
    protected ZoneRecords openNowhere() {
        return open(URI.create("http://127.0.0.1:1"), FakeCloudflare.TOKEN);
    }

    @Override
    protected List<String> kept(String name) {
        return api.records.values().stream()
                .filter(entry -> entry.name().equals(name))
                .map(entry -> entry.content()
                        .substring(1, entry.content().length() - 1)
                        .replace("\\\"", "\"")
                        .replace("\\\\", "\\"))
                .toList();
    }

    @Override
    protected int ttl(String name) {
        return api.records.values().stream()
                .filter(entry -> entry.name().equals(name))
                .findFirst()
                .orElseThrow()
                .ttl();
    }

    @Override
    protected void place(String name, String value) {
        api.place(ZONE, name, TxtValue.quoted(value), 600);
    }

    @Test
    void requests_areThoseThatArePublished() throws Exception {
        api.takeRequests();
        try (ZoneRecords zones = open()) {
            zones.add(ZONE, "_acme-challenge.wire." + ZONE, "value");
            zones.remove(ZONE, "_acme-challenge.wire." + ZONE, "value");
        }
        List<String> requests = api.takeRequests();
        String looked =
                "GET /client/v4/zones/zone1/dns_records?type=TXT&name=_acme-challenge.wire.example.test&page=1&per_page=100";
        assertThat(requests).hasSize(6);
        assertThat(requests.get(0)).isEqualTo("GET /client/v4/zones?name=example.test");
        assertThat(requests.get(1)).isEqualTo(looked);
        assertThat(requests.get(2))
                .startsWith("POST /client/v4/zones/zone1/dns_records {")
                .contains(
                        "\"type\":\"TXT\"",
                        "\"name\":\"_acme-challenge.wire.example.test\"",
                        "\"content\":\"\\\"value\\\"\"",
                        "\"ttl\":60");
        assertThat(requests.get(4)).isEqualTo(looked);
        assertThat(requests.get(5)).matches("DELETE /client/v4/zones/zone1/dns_records/r[0-9]+");
    }

    @Test
    void recordThatSomebodyElseHasJustMade_isNoFailure() throws Exception {
        String name = "_acme-challenge.race." + ZONE;
        api.beforeNextWrite(() -> api.place(ZONE, name, "\"value\"", 60));
        try (ZoneRecords zones = open()) {
            zones.add(ZONE, name, "value");
        }
        assertThat(kept(name)).containsExactly("value");
    }

    @Test
    void zonesOfManyPages_areAllFound() throws Exception {
        try (ZoneRecords zones = open()) {
            assertThat(zones.zones(List.of())).hasSize(62);
        }
    }
}
