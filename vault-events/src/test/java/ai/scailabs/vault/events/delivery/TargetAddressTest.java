package ai.scailabs.vault.events.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.net.AddressRange;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.TlsServer;
import ai.scailabs.vault.testkit.TestAuthority;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Where a webhook may not lead. Nothing is connected to before its address is permitted. */
class TargetAddressTest {
    private static final AddressRule PUBLIC = new AddressRule(List.of());

    private static Outcome sent(AddressRule rule, String url) throws Exception {
        try (Posting posting =
                        new Posting(rule, TlsServer.trusting(DeliveryFixture.AUTHORITY), false, Clock.systemUTC());
                Posting.Connection connection = posting.to(url);
                SigningKeys.Opened keys = new SigningKeys.Opened(SensitiveBytes.owning(new byte[] {1, 2, 3}), null)) {
            return connection.send(keys, "evt_1", "secret.created", "{}");
        }
    }

    /** When it is written, and again when it is connected to, as what is permitted may have been more then. */
    private static void assertRefused(String url) throws Exception {
        assertNoUrl(url);
        assertRefusedLater(url);
    }

    private static void assertRefusedLater(String url) throws Exception {
        assertThat(sent(PUBLIC, url).error()).as(url).isEqualTo("address_refused");
    }

    private static void assertNoUrl(String url) {
        assertThatThrownBy(() -> TargetUrl.parse("url", url, PUBLIC, false))
                .as(url)
                .isInstanceOf(VaultException.class)
                .hasMessageStartingWith("url ")
                .hasMessageNotContaining(url);
    }

    @Test
    void loopback_isRefused() throws Exception {
        for (String host : List.of("127.0.0.1", "127.8.9.10", "[::1]", "0.0.0.0", "[::]")) {
            assertRefused("https://" + host + ":8443/hook");
        }
        String name = "https://localhost:8443/hook";
        assertThat(TargetUrl.parse("url", name, PUBLIC, false)).hasToString(name);
        assertRefusedLater(name);
    }

    @Test
    void loopbackThatListens_isNotConnectedTo() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (TlsServer receiver =
                new TlsServer(DeliveryFixture.AUTHORITY.server("inside"), exchange -> asked.incrementAndGet())) {
            assertThat(sent(PUBLIC, receiver.uri("/").toString()).error()).isEqualTo("address_refused");
        }
        assertThat(asked).hasValue(0);
    }

    @Test
    void linkLocal_isRefused() throws Exception {
        assertRefused("https://169.254.1.1/hook");
        assertRefused("https://[fe80::1]/hook");
    }

    @Test
    void metadataOfClouds_isRefused() throws Exception {
        for (String host : List.of("169.254.169.254", "100.100.100.200", "[fd00:ec2::254]", "192.0.0.192")) {
            assertRefused("https://" + host + "/latest/meta-data/");
        }
    }

    @Test
    void privateRanges_areRefused() throws Exception {
        for (String host : List.of("10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "[fc00::1]")) {
            assertRefused("https://" + host + "/hook");
        }
    }

    @Test
    void addressThatIsPublicOrPermitted_isAUrl_andNoneBesideIt() {
        AddressRule one =
                new AddressRule(List.of(AddressRange.parse("10.1.2.3/32").orElseThrow()));
        for (String host : List.of("10.1.2.3", "[::ffff:10.1.2.3]", "93.184.215.14", "[2606:4700::1111]")) {
            String url = "https://" + host + "/hook";
            assertThat(TargetUrl.parse("url", url, one, false)).hasToString(url);
        }
        assertThatThrownBy(() -> TargetUrl.parse("url", "https://10.1.2.4/hook", one, false))
                .isInstanceOf(VaultException.class);
    }

    /** For development; such a connection goes to this machine alone, whatever else is permitted. */
    @Test
    void withoutTls_onlyThisMachineIsAUrl() {
        for (String host : List.of("127.0.0.1", "[::1]", "localhost")) {
            String url = "http://" + host + ":8080/hook";
            assertThat(TargetUrl.parse("url", url, PUBLIC, true)).hasToString(url);
        }
        for (String host : List.of("127.0.0.2", "10.1.2.3", "93.184.215.14", "hooks.example.test")) {
            assertThatThrownBy(() -> TargetUrl.parse("url", "http://" + host + "/hook", PUBLIC, true))
                    .as(host)
                    .isInstanceOf(VaultException.class);
        }
    }

    @Test
    void ipv4InIpv6_isRefused() throws Exception {
        for (String host : List.of(
                "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]")) {
            assertRefused("https://" + host + "/hook");
        }
    }

    @Test
    void decimalOctalAndShortenedHosts_areNoUrls() {
        for (String host : List.of(
                "2130706433",
                "0177.0.0.1",
                "0x7f.0.0.1",
                "0x7f000001",
                "127.1",
                "127.0.1",
                "127.0.0.01",
                "1.2.3.4.",
                "a.0x1")) {
            assertNoUrl("https://" + host + "/hook");
        }
    }

    @Test
    void otherSchemesUsersAndFragments_areNoUrls() {
        for (String url : List.of(
                "http://hooks.example.test/",
                "http://127.0.0.1/",
                "file:///etc/passwd",
                "gopher://hooks.example.test/",
                "https://user@hooks.example.test/",
                "https://hooks.example.test\\@127.0.0.1/",
                "https://hooks.example.test/#x",
                "https://hooks.example.test:0/",
                "https:/hooks.example.test/")) {
            assertNoUrl(url);
        }
    }

    /** The name is looked up once for a connection, and that address is connected to; for the next connection it is looked up and checked again. */
    @Test
    void nameThatMeansSomethingElseLater_isCheckedAgain() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (TlsServer receiver = new TlsServer(DeliveryFixture.AUTHORITY.server("rebound"), exchange -> {
            try (exchange) {
                asked.incrementAndGet();
                exchange.getResponseHeaders().add("Connection", "close");
                exchange.sendResponseHeaders(200, -1);
            }
        })) {
            String url = receiver.uri("/").toString();
            assertThat(sent(new AddressRule(AddressRule.LOOPBACK), url).delivered())
                    .isTrue();
            assertThat(sent(PUBLIC, url).error()).isEqualTo("address_refused");
        }
        assertThat(asked).hasValue(1);
    }

    @Test
    void redirect_isNotFollowed() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (TlsServer inside =
                        new TlsServer(DeliveryFixture.AUTHORITY.server("inside"), exchange -> asked.incrementAndGet());
                TlsServer receiver = new TlsServer(DeliveryFixture.AUTHORITY.server("redirects"), exchange -> {
                    try (exchange) {
                        exchange.getResponseHeaders()
                                .add("Location", inside.uri("/").toString());
                        exchange.sendResponseHeaders(307, -1);
                    }
                })) {
            Outcome outcome = sent(
                    new AddressRule(AddressRule.LOOPBACK), receiver.uri("/").toString());
            assertThat(outcome.error()).isEqualTo("redirect_not_followed");
            assertThat(outcome.responseCode()).isEqualTo(307);
        }
        assertThat(asked).hasValue(0);
    }

    @Test
    void serverThatNobodyVouchesFor_isSentNothing() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        for (TestAuthority.Issued identity : List.of(
                new TestAuthority("stranger").server("stranger"),
                DeliveryFixture.AUTHORITY.serverNamed("elsewhere.example.test"),
                DeliveryFixture.AUTHORITY.expiredServer("expired"))) {
            try (TlsServer receiver = new TlsServer(identity, exchange -> asked.incrementAndGet())) {
                assertThat(sent(
                                        new AddressRule(AddressRule.LOOPBACK),
                                        receiver.uri("/").toString())
                                .error())
                        .isEqualTo("tls_failed");
            }
        }
        assertThat(asked).hasValue(0);
    }
}
