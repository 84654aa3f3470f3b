package ai.scailabs.vault.pki.dns.digitalocean;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.pki.dns.digitalocean.FakeDigitalOcean.Entry;
import ai.scailabs.vault.pki.dns.zone.DnsName;
import ai.scailabs.vault.pki.dns.zone.ProviderType;
import ai.scailabs.vault.pki.dns.zone.ZoneRecords;
import ai.scailabs.vault.pki.dns.zone.ZoneRecordsContract;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against the API as it is published. */
public class DigitalOceanZonesTest extends ZoneRecordsContract {
    private FakeDigitalOcean api;

    @BeforeAll
    void start() {
        api = new FakeDigitalOcean();
        api.zones.add(ZONE);
        api.zones.add("sub." + ZONE);
        for (int i = 0; i < 250; i++) {
            api.zones.add("z" + i + ".many.test");
        }
    }

    @AfterAll
    void stop() {
        api.close();
    }

    private static ZoneRecords open(URI endpoint, String token) {
        return new DigitalOceanZones(
                TRANSFERS, endpoint, credentials(ProviderType.DIGITALOCEAN, Map.of("api_token", token)));
    }

    @Override
    protected ZoneRecords open() {
        return open(api.endpoint(), FakeDigitalOcean.TOKEN);
    }

    @Override
    protected ZoneRecords openAsStranger() {
        return open(api.endpoint(), "stranger");
    }

    @Override
    protected ZoneRecords openNowhere() {
        return open(URI.create("http://127.0.0.1:1"), FakeDigitalOcean.TOKEN);
    }

    private List<Entry> entries(String name) {
        return api.records.values().stream()
                .filter(entry -> entry.whole().equals(name))
                .toList();
    }

    @Override
    protected List<String> kept(String name) {
        return entries(name).stream().map(Entry::data).toList();
    }

    @Override
    protected int ttl(String name) {
        return entries(name).getFirst().ttl();
    }

    @Override
    protected void place(String name, String value) {
        api.place(new Entry(ZONE, DnsName.relative(name, ZONE), value, 600));
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
                "GET /v2/domains/example.test/records?type=TXT&name=_acme-challenge.wire.example.test&page=1&per_page=200";
        assertThat(requests).hasSize(4);
        assertThat(requests.get(0)).isEqualTo(looked);
        assertThat(requests.get(1))
                .startsWith("POST /v2/domains/example.test/records {")
                .contains("\"type\":\"TXT\"", "\"name\":\"_acme-challenge.wire\"", "\"data\":\"value\"", "\"ttl\":60");
        assertThat(requests.get(2)).isEqualTo(looked);
        assertThat(requests.get(3)).matches("DELETE /v2/domains/example.test/records/[0-9]+");
    }

    /** The links of the pages lead elsewhere, where nobody goes with the token. */
    @Test
    void zonesOfManyPages_areAllFound() throws Exception {
        try (ZoneRecords zones = open()) {
            assertThat(zones.zones(List.of())).hasSize(252);
        }
    }
}
