package ai.scailabs.vault.pki.dns.route53;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.pki.dns.zone.Credentials;
import ai.scailabs.vault.pki.dns.zone.ProviderType;
import ai.scailabs.vault.pki.dns.zone.TxtValue;
import ai.scailabs.vault.pki.dns.zone.ZoneException;
import ai.scailabs.vault.pki.dns.zone.ZoneFailure;
import ai.scailabs.vault.pki.dns.zone.ZoneRecords;
import ai.scailabs.vault.pki.dns.zone.ZoneRecordsContract;
import ai.scailabs.vault.testkit.TestMoto;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.route53.Route53Client;
import software.amazon.awssdk.services.route53.model.ChangeAction;
import software.amazon.awssdk.services.route53.model.RRType;
import software.amazon.awssdk.services.route53.model.ResourceRecord;
import software.amazon.awssdk.services.route53.model.ResourceRecordSet;

/** Route 53 as moto plays it, which takes any credentials. */
public class MotoZonesTest extends ZoneRecordsContract {
    private static final Map<String, String> KEYS =
            Map.of("access_key_id", "AKIATEST", "secret_access_key", "not-a-secret");

    private TestMoto moto;
    private Route53Client others;

    @BeforeAll
    void start() {
        moto = TestMoto.start();
        moto.createZone(ZONE);
        moto.createZone("sub." + ZONE);
        // More than one page of them.
        for (int i = 0; i < 110; i++) {
            moto.createZone("z" + i + ".many.test");
        }
        others = Route53Client.builder()
                .region(Region.US_EAST_1)
                .endpointOverride(moto.endpoint())
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("a", "b")))
                .build();
    }

    @AfterAll
    void stop() {
        others.close();
        moto.close();
    }

    @Override
    protected ZoneRecords open() {
        return new Route53Zones(moto.endpoint(), false, credentials(ProviderType.ROUTE53, KEYS));
    }

    /** Moto lets everybody in: what AWS answers instead. */
    @Override
    protected ZoneRecords openAsStranger() {
        return new Route53Zones(Refusing.START.endpoint(), false, credentials(ProviderType.ROUTE53, KEYS));
    }

    @Override
    protected ZoneRecords openNowhere() {
        return new Route53Zones(URI.create("http://127.0.0.1:1"), false, credentials(ProviderType.ROUTE53, KEYS));
    }

    private String zone() {
        return others.listHostedZonesByName(request -> request.dnsName(ZONE + "."))
                .hostedZones()
                .getFirst()
                .id()
                .replace("/hostedzone/", "");
    }

    private Optional<ResourceRecordSet> set(String name) {
        return others.listResourceRecordSets(request -> request.hostedZoneId(zone())).resourceRecordSets().stream()
                .filter(set -> set.type() == RRType.TXT && set.name().equals(name + "."))
                .findFirst();
    }

    @Override
    protected List<String> kept(String name) {
        return set(name)
                .map(set -> set.resourceRecords().stream()
                        .map(ResourceRecord::value)
                        .map(text -> text.substring(1, text.length() - 1)
                                .replace("\\\"", "\"")
                                .replace("\\\\", "\\"))
                        .toList())
                .orElse(List.of());
    }

    @Override
    protected int ttl(String name) {
        return set(name).orElseThrow().ttl().intValue();
    }

    @Override
    protected void place(String name, String value) {
        others.changeResourceRecordSets(request -> request.hostedZoneId(zone())
                .changeBatch(batch -> batch.changes(change -> change.action(ChangeAction.UPSERT)
                        .resourceRecordSet(set -> set.name(name + ".")
                                .type(RRType.TXT)
                                .ttl(600L)
                                .resourceRecords(record -> record.value(TxtValue.quoted(value)))))));
    }

    @Test
    void setWithARoutingPolicy_isLeftAlone() {
        String name = "_acme-challenge.weighted." + ZONE;
        others.changeResourceRecordSets(request -> request.hostedZoneId(zone())
                .changeBatch(batch -> batch.changes(change -> change.action(ChangeAction.CREATE)
                        .resourceRecordSet(set -> set.name(name + ".")
                                .type(RRType.TXT)
                                .ttl(600L)
                                .setIdentifier("one")
                                .weight(1L)
                                .resourceRecords(record -> record.value("\"other\""))))));
        try (ZoneRecords zones = open()) {
            assertThatThrownBy(() -> zones.add(ZONE, name, "x"))
                    .isInstanceOfSatisfying(
                            ZoneException.class,
                            refused -> assertThat(refused.failure()).isEqualTo(ZoneFailure.REJECTED));
        }
        assertThat(kept(name)).containsExactly("other");
    }

    @Test
    void zonesOfManyPages_areAllFound() throws Exception {
        try (ZoneRecords zones = open()) {
            assertThat(zones.zones(List.of())).hasSize(112).contains("z109.many.test", ZONE);
        }
    }

    @Test
    void identityOfTheService_isNotEverybodys() {
        Credentials none = credentials(ProviderType.ROUTE53, Map.of());
        assertThatThrownBy(() -> new Route53Zones(moto.endpoint(), false, none))
                .isInstanceOf(VaultException.class)
                .hasMessageContaining("credentials.access_key_id");
        Credentials half = credentials(ProviderType.ROUTE53, Map.of("access_key_id", "AKIATEST"));
        assertThatThrownBy(() -> new Route53Zones(moto.endpoint(), true, half))
                .isInstanceOf(VaultException.class)
                .hasMessageContaining("credentials.secret_access_key");
    }
}
