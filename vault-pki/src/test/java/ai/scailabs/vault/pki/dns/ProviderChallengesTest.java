package ai.scailabs.vault.pki.dns;

import static ai.scailabs.vault.pki.PkiDatabase.TENANT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.OutboundTls;
import ai.scailabs.vault.pki.PkiDatabase;
import ai.scailabs.vault.pki.dns.lookup.LookupSettings;
import ai.scailabs.vault.pki.dns.lookup.NameServers;
import ai.scailabs.vault.pki.dns.vendor.VendorEndpoints;
import ai.scailabs.vault.pki.dns.vendor.VendorZones;
import ai.scailabs.vault.pki.dns.zone.Credentials;
import ai.scailabs.vault.pki.dns.zone.ProviderType;
import ai.scailabs.vault.testkit.TestBind;
import ai.scailabs.vault.testkit.TestPowerDns;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** With a real BIND, which is also who is asked about zones, and a real PowerDNS without zones. */
class ProviderChallengesTest {
    private static final PartnerId PARTNER = new PartnerId("ptn_acme");
    private static final TenantId NEIGHBOUR = new TenantId("tnt_next");
    private static final AddressRule LOOPBACK = new AddressRule(AddressRule.LOOPBACK);

    private static PkiDatabase database;
    private static TestBind bind;
    private static TestPowerDns power;
    private static ChallengeRecords challenges;

    @BeforeAll
    static void open() {
        database = new PkiDatabase();
        database.tenant(NEIGHBOUR);
        bind = TestBind.start(Map.of(
                "example.test",
                "_acme-challenge.delegated CNAME x.validation.test.",
                "sub.example.test",
                "",
                "validation.test",
                ""));
        power = TestPowerDns.start();
        VendorZones vendors = new VendorZones(
                new GuardedTransfers(LOOPBACK, OutboundTls.system(), true),
                LOOPBACK,
                VendorEndpoints.PUBLIC,
                Set.of(),
                Clock.systemUTC());
        challenges = new ProviderChallenges(
                database.tenants(),
                PkiDatabase.UNSEALED,
                vendors,
                new NameServers(new LookupSettings(List.of(bind.address()), true), LOOPBACK));
    }

    @AfterAll
    static void close() {
        power.close();
        bind.close();
        database.close();
    }

    @BeforeEach
    void clear() {
        database.update("delete from dns_provider");
        database.update("delete from dns_provider_credential");
    }

    private static Map<String, Object> bindAt(int port) {
        return Map.of(
                "server",
                "127.0.0.1",
                "port",
                port,
                "tsig_key_name",
                TestBind.KEY_NAME,
                "tsig_secret",
                TestBind.KEY_SECRET);
    }

    private static UUID provider(
            TenantId tenant, boolean active, ProviderType type, Map<String, ?> members, String... zones) {
        UUID id = database.ids().nextUuid();
        database.update("""
                insert into dns_provider (tenant_id, provider_id, name, provider_type, managed_zones, is_active, config, revision, created_at, created_by, updated_at)
                values (?, ?, ?, ?, string_to_array(?, ','), ?, '{}', 1, now(), 'user:jo@example.test', now())
                """, tenant.value(), id, "p" + id, type.wireName(), String.join(",", zones), active);
        try (Credentials credentials = Credentials.of(type, JsonMapper.shared().writeValueAsBytes(members));
                SensitiveBytes written = credentials.write()) {
            database.update(
                    "insert into dns_provider_credential (tenant_id, key_id, private_key, updated_at) values (?, ?, ?, now())",
                    tenant.value(),
                    DnsProvider.text(id),
                    written.expose());
        }
        return id;
    }

    private static UUID bind(String... zones) {
        return provider(TENANT, true, ProviderType.RFC2136, bindAt(bind.port()), zones);
    }

    private static Placement located(String name) {
        return challenges.locate(TENANT, PARTNER, null, name);
    }

    private static void assertRefused(ErrorCode code, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        VaultException.class,
                        refused -> assertThat(refused.code()).isEqualTo(code));
    }

    @Test
    void longestZone_wins_whoeverHasIt() {
        UUID above = bind("example.test");
        UUID below = bind("sub.example.test");
        assertThat(located("_acme-challenge.www.sub.example.test"))
                .isEqualTo(new Placement(below, "sub.example.test", "_acme-challenge.www.sub.example.test"));
        assertThat(located("_acme-challenge.WWW.example.test."))
                .isEqualTo(new Placement(above, "example.test", "_acme-challenge.www.example.test"));
        assertThat(located("_acme-challenge.xsub.example.test").zone()).isEqualTo("example.test");
    }

    @Test
    void aliasOfTheChallenge_isFollowedBeforeTheZoneIsSought() {
        bind("example.test");
        UUID validation = bind("validation.test");
        assertThat(located("_acme-challenge.delegated.example.test"))
                .isEqualTo(new Placement(validation, "validation.test", "x.validation.test"));
    }

    @Test
    void record_isPlacedSeenAndRemoved() {
        bind("example.test");
        Placement where = located("_acme-challenge.seen.example.test");
        assertThat(challenges.visible(where, "one").everywhere()).isFalse();
        challenges.add(TENANT, PARTNER, where, "one");
        challenges.add(TENANT, PARTNER, where, "two");
        assertThat(challenges.visible(where, "one").everywhere()).isTrue();
        challenges.remove(TENANT, PARTNER, where, "one");
        assertThat(challenges.visible(where, "one").everywhere()).isFalse();
        assertThat(challenges.visible(where, "two").everywhere()).isTrue();
        challenges.remove(TENANT, PARTNER, where, "two");
    }

    @Test
    void nameInNoZone_isNotManaged_norOneOfAProviderThatIsOff_orOfAnotherTenant() {
        assertRefused(ErrorCode.DNS_ZONE_NOT_MANAGED, () -> located("_acme-challenge.example.test"));
        provider(TENANT, false, ProviderType.RFC2136, bindAt(bind.port()), "example.test");
        UUID others = provider(NEIGHBOUR, true, ProviderType.RFC2136, bindAt(bind.port()), "example.test");
        assertRefused(ErrorCode.DNS_ZONE_NOT_MANAGED, () -> located("_acme-challenge.example.test"));
        assertRefused(
                ErrorCode.DNS_PROVIDER_NOT_FOUND,
                () -> challenges.locate(TENANT, PARTNER, others, "_acme-challenge.example.test"));
        Placement theirs = new Placement(others, "example.test", "_acme-challenge.example.test");
        assertRefused(ErrorCode.DNS_PROVIDER_NOT_FOUND, () -> challenges.add(TENANT, PARTNER, theirs, "x"));
        assertRefused(ErrorCode.DNS_PROVIDER_NOT_FOUND, () -> challenges.remove(TENANT, PARTNER, theirs, "x"));
    }

    @Test
    void providerGivenById_isTheOnlyOne() {
        bind("sub.example.test");
        UUID above = bind("example.test");
        assertThat(challenges.locate(TENANT, PARTNER, above, "_acme-challenge.sub.example.test"))
                .isEqualTo(new Placement(above, "example.test", "_acme-challenge.sub.example.test"));
    }

    @Test
    void providerThatIsAway_keepsNoOtherFromBeingUsed_butIsToldWhereItMayBeTheOne() {
        Map<String, ?> away = Map.of("base_url", "http://127.0.0.1:1", "api_key", "key");
        provider(TENANT, true, ProviderType.POWERDNS, away, "*.example.test");
        assertRefused(ErrorCode.BACKEND_UNAVAILABLE, () -> located("_acme-challenge.www.example.test"));
        bind("example.test");
        assertThat(located("_acme-challenge.www.example.test").zone()).isEqualTo("example.test");
    }

    @Test
    void providerThatListsNoSuchZone_isNotTheOne() {
        Map<String, ?> empty = Map.of("base_url", power.baseUrl().toString(), "api_key", TestPowerDns.API_KEY);
        provider(TENANT, true, ProviderType.POWERDNS, empty);
        assertRefused(ErrorCode.DNS_ZONE_NOT_MANAGED, () -> located("_acme-challenge.www.example.test"));
    }

    @Test
    void serverThatIsAway_andKeyThatIsWrong_areTwoThings() {
        UUID away = provider(TENANT, true, ProviderType.RFC2136, bindAt(1), "example.test");
        Placement there = new Placement(away, "example.test", "_acme-challenge.example.test");
        assertRefused(ErrorCode.BACKEND_UNAVAILABLE, () -> challenges.add(TENANT, PARTNER, there, "x"));
        UUID wrong = provider(
                TENANT,
                true,
                ProviderType.RFC2136,
                Map.of(
                        "server",
                        "127.0.0.1",
                        "port",
                        bind.port(),
                        "tsig_key_name",
                        "nobodys",
                        "tsig_secret",
                        TestBind.KEY_SECRET),
                "example.test");
        Placement refused = new Placement(wrong, "example.test", "_acme-challenge.example.test");
        assertThatThrownBy(() -> challenges.add(TENANT, PARTNER, refused, "x"))
                .isInstanceOfSatisfying(VaultException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(ErrorCode.DNS_PROVIDER_REFUSED);
                    assertThat(failure.details())
                            .isEqualTo(Map.of("reason", "credentials_refused", "provider_type", "rfc2136"));
                });
    }
}
