package ai.scailabs.vault.pki.dns.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.pki.dns.zone.ProviderType;
import ai.scailabs.vault.pki.dns.zone.ZoneException;
import ai.scailabs.vault.pki.dns.zone.ZoneFailure;
import ai.scailabs.vault.pki.dns.zone.ZoneRecords;
import ai.scailabs.vault.pki.dns.zone.ZoneRecordsContract;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against the API as it is published. */
public class AzureZonesTest extends ZoneRecordsContract {
    private FakeAzure api;

    @BeforeAll
    void start() {
        api = new FakeAzure();
        api.zones.add(ZONE);
        api.zones.add("sub." + ZONE);
        for (int i = 0; i < 130; i++) {
            api.zones.add("z" + i + ".many.test");
        }
    }

    @AfterAll
    void stop() {
        api.close();
    }

    private static ZoneRecords open(URI endpoint, String secret) {
        return new AzureZones(
                TRANSFERS,
                endpoint,
                endpoint,
                credentials(
                        ProviderType.AZURE,
                        Map.of(
                                "subscription_id", "sub-1",
                                "resource_group", "dns-group",
                                "tenant_id", "dir-1",
                                "client_id", "app-1",
                                "client_secret", secret)));
    }

    @Override
    protected ZoneRecords open() {
        return open(api.endpoint(), FakeAzure.SECRET);
    }

    @Override
    protected ZoneRecords openAsStranger() {
        return open(api.endpoint(), "stranger");
    }

    @Override
    protected ZoneRecords openNowhere() {
        return open(URI.create("http://127.0.0.1:1"), FakeAzure.SECRET);
    }

    private static String key(String name) {
        return (name.equals(ZONE) ? "@" : name.substring(0, name.length() - ZONE.length() - 1)) + "|" + ZONE;
    }

    @Override
    protected List<String> kept(String name) {
        FakeAzure.Entry entry = api.sets.get(key(name));
        return entry == null ? List.of() : entry.values();
    }

    @Override
    protected int ttl(String name) {
        return api.sets.get(key(name)).ttl();
    }

    @Override
    protected void place(String name, String value) {
        api.place(key(name), 600, List.of(value));
    }

    @Test
    void setThatIsChangedMeanwhile_isReadAgain_andKeepsWhatOthersAdded() throws Exception {
        String name = "_acme-challenge.race." + ZONE;
        api.beforeNextWrite(() -> place(name, "others"));
        try (ZoneRecords zones = open()) {
            zones.add(ZONE, name, "ours");
            assertThat(kept(name)).containsExactlyInAnyOrder("others", "ours");
            api.beforeNextWrite(() -> api.place(key(name), 600, List.of("others", "ours", "more")));
            zones.remove(ZONE, name, "ours");
        }
        assertThat(kept(name)).containsExactlyInAnyOrder("others", "more");
        assertThat(api.sets.get(key(name)).metadata()).containsEntry("owner", "others");
    }

    @Test
    void setThatIsAlwaysChanged_isAConflictInTheEnd() {
        String name = "_acme-challenge.busy." + ZONE;
        Runnable[] again = new Runnable[1];
        again[0] = () -> {
            place(name, "others");
            api.beforeNextWrite(again[0]);
        };
        api.beforeNextWrite(again[0]);
        try (ZoneRecords zones = open()) {
            assertThatThrownBy(() -> zones.add(ZONE, name, "ours"))
                    .isInstanceOfSatisfying(
                            ZoneException.class,
                            refused -> assertThat(refused.failure()).isEqualTo(ZoneFailure.CONFLICT));
        } finally {
            api.beforeNextWrite(() -> {});
        }
        assertThat(kept(name)).containsExactly("others");
    }

    @Test
    void requests_areThoseThatArePublished() throws Exception {
        api.takeRequests();
        try (ZoneRecords zones = open()) {
            zones.add(ZONE, "_acme-challenge.wire." + ZONE, "value");
        }
        String set =
                "/subscriptions/sub-1/resourceGroups/dns-group/providers/Microsoft.Network/dnsZones/example.test/TXT/_acme-challenge.wire?api-version=2018-05-01";
        assertThat(api.takeRequests())
                .containsExactly(
                        "POST /dir-1/oauth2/v2.0/token grant_type=client_credentials&client_id=app-1&client_secret=az%7Esecret-not-a-secret&scope=https%3A%2F%2Fmanagement.azure.com%2F.default",
                        "GET " + set,
                        "PUT " + set + " {\"properties\":{\"TTL\":60,\"TXTRecords\":[{\"value\":[\"value\"]}]}}");
    }

    @Test
    void pagesOfZones_areFollowed_butNotToAnotherServer() throws Exception {
        try (ZoneRecords zones = open()) {
            assertThat(zones.zones(List.of())).hasSize(132);
            api.linkPrefix = "https://elsewhere.test";
            assertThatThrownBy(() -> zones.zones(List.of()))
                    .isInstanceOfSatisfying(
                            ZoneException.class,
                            refused -> assertThat(refused.failure()).isEqualTo(ZoneFailure.UNAVAILABLE));
        } finally {
            api.linkPrefix = "";
        }
    }
}
