package ai.scailabs.vault.pki.dns.powerdns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.OutboundTls;
import ai.scailabs.vault.pki.dns.rest.RestCalls;
import ai.scailabs.vault.pki.dns.zone.ProviderType;
import ai.scailabs.vault.pki.dns.zone.TxtValue;
import ai.scailabs.vault.pki.dns.zone.ZoneException;
import ai.scailabs.vault.pki.dns.zone.ZoneFailure;
import ai.scailabs.vault.pki.dns.zone.ZoneRecords;
import ai.scailabs.vault.pki.dns.zone.ZoneRecordsContract;
import ai.scailabs.vault.testkit.TestPowerDns;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A real PowerDNS. */
public class PowerDnsZonesTest extends ZoneRecordsContract {
    private final Lock turn = new ReentrantLock();
    private TestPowerDns server;

    @BeforeAll
    void start() throws Exception {
        server = TestPowerDns.start();
        for (String zone : List.of(ZONE, "sub." + ZONE)) {
            api().call(
                            "POST",
                            "/api/v1/servers/localhost/zones",
                            Map.of(),
                            Map.of("name", zone + ".", "kind", "Native", "nameservers", List.of("ns1." + ZONE + ".")))
                    .requireDone();
        }
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private RestCalls api() {
        return new RestCalls(TRANSFERS, server.baseUrl(), Map.of("X-API-Key", TestPowerDns.API_KEY), true);
    }

    private ZoneRecords open(String url, String key) {
        return new PowerDnsZones(
                TRANSFERS, credentials(ProviderType.POWERDNS, Map.of("base_url", url, "api_key", key)), turn);
    }

    @Override
    protected ZoneRecords open() {
        return open(server.baseUrl() + "/", TestPowerDns.API_KEY);
    }

    @Override
    protected ZoneRecords openAsStranger() {
        return open(server.baseUrl().toString(), "stranger");
    }

    @Override
    protected ZoneRecords openNowhere() {
        return open("http://127.0.0.1:1", TestPowerDns.API_KEY);
    }

    private JsonNode set(String name) {
        try {
            for (JsonNode set : api().get("/api/v1/servers/localhost/zones/" + ZONE + ".")
                    .requireDone()
                    .list("rrsets")) {
                if (set.get("name").stringValue().equals(name + ".")
                        && set.get("type").stringValue().equals("TXT")) {
                    return set;
                }
            }
            return null;
        } catch (ZoneException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected List<String> kept(String name) {
        List<String> values = new ArrayList<>();
        JsonNode set = set(name);
        if (set != null) {
            set.get("records")
                    .forEach(record -> values.add(unquoted(record.get("content").stringValue())));
        }
        return values;
    }

    private static String unquoted(String text) {
        return text.substring(1, text.length() - 1).replace("\\\"", "\"").replace("\\\\", "\\");
    }

    @Override
    protected int ttl(String name) {
        return set(name).get("ttl").intValue();
    }

    @Override
    protected void place(String name, String value) {
        try {
            api().call(
                            "PATCH",
                            "/api/v1/servers/localhost/zones/" + ZONE + ".",
                            Map.of(),
                            Map.of(
                                    "rrsets",
                                    List.of(Map.of(
                                            "name",
                                            name + ".",
                                            "type",
                                            "TXT",
                                            "ttl",
                                            600,
                                            "changetype",
                                            "REPLACE",
                                            "records",
                                            List.of(Map.of("content", TxtValue.quoted(value), "disabled", false))))))
                    .requireDone();
        } catch (ZoneException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void valuesAddedAtTheSameTime_areAllThere() throws Exception {
        List<String> values = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> adding = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                String value = "value-" + i;
                values.add(value);
                Callable<String> add = () -> {
                    try (ZoneRecords zones = open()) {
                        zones.add(ZONE, "_acme-challenge.many." + ZONE, value);
                        return value;
                    }
                };
                adding.add(threads.submit(add));
            }
            for (Future<?> done : adding) {
                done.get();
            }
        }
        assertThat(kept("_acme-challenge.many." + ZONE)).containsExactlyInAnyOrderElementsOf(values);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://127.0.0.1:8081",
                "https://localhost:8081",
                "https://10.0.0.1",
                "https://169.254.169.254/latest",
                "https://[::1]:8081",
                "https://[::ffff:127.0.0.1]:8081",
                "https://2130706433",
                "http://192.0.2.1:8081",
                "http://dns.example.org"
            })
    void addressInside_orWithoutTls_isNotConnectedTo(String url) {
        GuardedTransfers outside = new GuardedTransfers(new AddressRule(List.of()), OutboundTls.system(), false);
        try (outside;
                ZoneRecords zones = new PowerDnsZones(
                        outside, credentials(ProviderType.POWERDNS, Map.of("base_url", url, "api_key", "key")), turn)) {
            assertThatThrownBy(() -> zones.zones(List.of()))
                    .isInstanceOfSatisfying(
                            ZoneException.class,
                            refused -> assertThat(refused.failure()).isEqualTo(ZoneFailure.ENDPOINT_REFUSED));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://0x7f.0.0.1",
                "https://user:word@dns.test",
                "https://dns.test?x=y",
                "https://dns.test#x",
                "https://"
            })
    void urlWithMoreThanAPlace_isRefused_andNotRepeated(String url) {
        assertThatThrownBy(() -> open(url, "key"))
                .isInstanceOf(VaultException.class)
                .hasMessageContaining("credentials.base_url")
                .hasMessageNotContaining("word");
    }
}
