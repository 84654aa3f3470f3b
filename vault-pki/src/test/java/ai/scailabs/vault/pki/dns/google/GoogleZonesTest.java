package ai.scailabs.vault.pki.dns.google;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.dns.zone.ProviderType;
import ai.scailabs.vault.pki.dns.zone.TxtValue;
import ai.scailabs.vault.pki.dns.zone.ZoneException;
import ai.scailabs.vault.pki.dns.zone.ZoneFailure;
import ai.scailabs.vault.pki.dns.zone.ZoneRecords;
import ai.scailabs.vault.pki.dns.zone.ZoneRecordsContract;
import java.net.URI;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against the API as it is published. */
public class GoogleZonesTest extends ZoneRecordsContract {
    private FakeGoogle api;
    private KeyPair strangers;

    @BeforeAll
    void start() throws Exception {
        api = new FakeGoogle();
        api.zones.put(ZONE + ".", "example-test");
        api.zones.put("sub." + ZONE + ".", "sub-example-test");
        api.zones.put("inside.test.", "private-zone");
        for (int i = 0; i < 60; i++) {
            api.zones.put("z" + i + ".many.test.", "many" + i);
        }
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        strangers = generator.generateKeyPair();
    }

    @AfterAll
    void stop() {
        api.close();
    }

    private ZoneRecords open(URI endpoint, KeyPair key) {
        return new GoogleZones(
                TRANSFERS,
                endpoint,
                URI.create(endpoint + "/token"),
                Clock.systemUTC(),
                credentials(ProviderType.GOOGLE, Map.of("service_account_json", api.file(key))));
    }

    @Override
    protected ZoneRecords open() {
        return open(api.endpoint(), api.key);
    }

    @Override
    protected ZoneRecords openAsStranger() {
        return open(api.endpoint(), strangers);
    }

    @Override
    protected ZoneRecords openNowhere() {
        return open(URI.create("http://127.0.0.1:1"), api.key);
    }

    @Override
    protected List<String> kept(String name) {
        FakeGoogle.Entry entry = api.sets.get(name + ".");
        return entry == null
                ? List.of()
                : entry.values().stream()
                        .map(text -> text.substring(1, text.length() - 1)
                                .replace("\\\"", "\"")
                                .replace("\\\\", "\\"))
                        .toList();
    }

    @Override
    protected int ttl(String name) {
        return api.sets.get(name + ".").ttl();
    }

    @Override
    protected void place(String name, String value) {
        api.place("example-test", name + ".", 600, List.of(TxtValue.quoted(value)));
    }

    @Test
    void setThatIsChangedMeanwhile_isReadAgain_andKeepsWhatOthersAdded() throws Exception {
        String name = "_acme-challenge.race." + ZONE;
        api.beforeNextWrite(() -> place(name, "others"));
        try (ZoneRecords zones = open()) {
            zones.add(ZONE, name, "ours");
            assertThat(kept(name)).containsExactlyInAnyOrder("others", "ours");
            api.beforeNextWrite(
                    () -> api.place("example-test", name + ".", 600, List.of("\"others\"", "\"ours\"", "\"more\"")));
            zones.remove(ZONE, name, "ours");
        }
        assertThat(kept(name)).containsExactlyInAnyOrder("others", "more");
    }

    @Test
    void requests_areThoseThatArePublished() throws Exception {
        String name = "_acme-challenge.wire." + ZONE;
        place(name, "others");
        api.takeRequests();
        try (ZoneRecords zones = open()) {
            zones.add(ZONE, name, "value");
        }
        List<String> requests = api.takeRequests();
        assertThat(requests).hasSize(4);
        assertThat(requests.get(0)).startsWith("POST /token grant_type=urn%3Aietf");
        assertThat(requests.get(1)).isEqualTo("GET /dns/v1/projects/acme-dns/managedZones?dnsName=example.test.");
        assertThat(requests.get(2))
                .isEqualTo(
                        "GET /dns/v1/projects/acme-dns/managedZones/example-test/rrsets?name=_acme-challenge.wire.example.test.&type=TXT");
        assertThat(requests.get(3))
                .startsWith("POST /dns/v1/projects/acme-dns/managedZones/example-test/changes {")
                .contains(
                        "\"rrdatas\":[\"\\\"others\\\"\"]",
                        "\"rrdatas\":[\"\\\"others\\\"\",\"\\\"value\\\"\"]",
                        "\"ttl\":600");
    }

    @Test
    void privateZones_areLeftAlone_andPagesFollowed() throws Exception {
        try (ZoneRecords zones = open()) {
            assertThat(zones.zones(List.of())).hasSize(62).doesNotContain("inside.test");
            assertThatThrownBy(() -> zones.add("inside.test", "_acme-challenge.inside.test", "x"))
                    .isInstanceOfSatisfying(
                            ZoneException.class,
                            refused -> assertThat(refused.failure()).isEqualTo(ZoneFailure.ZONE_MISSING));
        }
    }

    @Test
    void fileOfAnotherKind_isRefused_andNotRepeated() {
        for (String file : List.of(
                "{\"type\":\"external_account\",\"credential_source\":{\"url\":\"http://169.254.169.254\"}}",
                "{\"client_email\":\"a\",\"private_key_id\":\"b\",\"private_key\":\"not-a-key\"}",
                "no json")) {
            assertThatThrownBy(() -> new GoogleZones(
                            TRANSFERS,
                            api.endpoint(),
                            api.endpoint(),
                            Clock.systemUTC(),
                            credentials(ProviderType.GOOGLE, Map.of("service_account_json", file))))
                    .isInstanceOf(VaultException.class)
                    .hasMessageContaining("credentials.service_account_json")
                    .hasMessageNotContaining("169.254");
        }
    }
}
