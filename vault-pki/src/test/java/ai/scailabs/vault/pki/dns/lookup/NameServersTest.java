package ai.scailabs.vault.pki.dns.lookup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.net.AddressRange;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.testkit.TestBind;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;

/** A real name server, and beside it one that is behind, and knows one set only. */
class NameServersTest {
    private static final String ZONE = "example.test";
    private static final String LINES = """
            @ NS ns2
            ns2 A 127.0.0.2
            _acme-challenge.alias CNAME _acme-challenge.alias2
            _acme-challenge.alias2 CNAME _acme-challenge.target.elsewhere.test.
            _acme-challenge.loop CNAME _acme-challenge.loop2
            _acme-challenge.loop2 CNAME _acme-challenge.loop
            _acme-challenge.both 120 TXT "both"
            """;
    private static final AddressRule LOOPBACK = new AddressRule(AddressRule.LOOPBACK);

    private static TestBind first;
    private static DatagramSocket second;
    private static volatile boolean authority = true;

    @BeforeAll
    static void start() throws IOException {
        String lone = "@ NS ns2.lone.test.\nns2 A 192.0.2.1\n";
        first = TestBind.start(Map.of(
                ZONE,
                LINES + "_acme-challenge.first 90 TXT \"first\" \"-of-all\"\n",
                "elsewhere.test",
                "",
                "lone.test",
                lone));
        second = new DatagramSocket(first.port(), InetAddress.getByName("127.0.0.2"));
        Thread.ofVirtual().start(NameServersTest::answer);
    }

    @AfterAll
    static void stop() {
        second.close();
        first.close();
    }

    /** Until the socket is closed. */
    private static void answer() {
        byte[] buffer = new byte[4096];
        Name both = Name.fromConstantString("_acme-challenge.both." + ZONE + ".");
        while (!second.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                second.receive(packet);
                Message question = new Message(Arrays.copyOf(buffer, packet.getLength()));
                Message answer = new Message(question.getHeader().getID());
                answer.getHeader().setFlag(Flags.QR);
                if (authority) {
                    answer.getHeader().setFlag(Flags.AA);
                }
                answer.addRecord(question.getQuestion(), Section.QUESTION);
                if (question.getQuestion().getName().equals(both)) {
                    answer.addRecord(new TXTRecord(both, DClass.IN, 120, "both"), Section.ANSWER);
                }
                byte[] wire = answer.toWire();
                second.send(new DatagramPacket(wire, wire.length, packet.getSocketAddress()));
            } catch (IOException closed) {
                if (!second.isClosed()) {
                    throw new IllegalStateException(closed);
                }
            }
        }
    }

    private static NameServers servers(AddressRule rule, boolean nobodyElse) {
        return new NameServers(new LookupSettings(List.of(first.address()), nobodyElse), rule, first.port());
    }

    @Test
    void alias_isFollowedToItsEnd() throws Exception {
        NameServers servers = servers(LOOPBACK, false);
        assertThat(servers.target("_acme-challenge.alias." + ZONE)).isEqualTo("_acme-challenge.target.elsewhere.test");
        assertThat(servers.target("_acme-challenge.www." + ZONE)).isEqualTo("_acme-challenge.www." + ZONE);
    }

    @Test
    void aliasWithoutAnEnd_isRefused() {
        assertThatThrownBy(() -> servers(LOOPBACK, false).target("_acme-challenge.loop." + ZONE))
                .isInstanceOf(LookupFailed.class);
    }

    @Test
    void valueAtEveryServer_isSeenEverywhere_andItsLifeTold() throws Exception {
        assertThat(servers(LOOPBACK, false).sightings(ZONE, "_acme-challenge.both." + ZONE, "both"))
                .isEqualTo(new Sighting(2, 2, Duration.ofSeconds(120)));
    }

    @Test
    void serverThatIsBehind_isNotOverlooked() throws Exception {
        assertThat(servers(LOOPBACK, false).sightings(ZONE, "_acme-challenge.first." + ZONE, "first-of-all"))
                .isEqualTo(new Sighting(2, 1, Duration.ofSeconds(90)));
    }

    @Test
    void serverThatIsNoAuthority_isNotBelieved() throws Exception {
        authority = false;
        try {
            assertThat(servers(LOOPBACK, false).sightings(ZONE, "_acme-challenge.both." + ZONE, "both"))
                    .isEqualTo(new Sighting(2, 1, Duration.ofSeconds(120)));
        } finally {
            authority = true;
        }
    }

    @Test
    void valueThatIsNowhere_isNotSeen_andItsAbsenceLivesAsTheZoneSays() throws Exception {
        assertThat(servers(LOOPBACK, false).sightings(ZONE, "_acme-challenge.none." + ZONE, "x"))
                .isEqualTo(new Sighting(2, 0, Duration.ofSeconds(30)));
        assertThat(servers(LOOPBACK, false).sightings(ZONE, "_acme-challenge.both." + ZONE, "another"))
                .isEqualTo(new Sighting(2, 0, Duration.ofSeconds(120)));
    }

    /** Who owns a zone says where its servers are. */
    @Test
    void nameServerInside_isNotAsked() throws Exception {
        assertThat(servers(new AddressRule(List.of()), false).sightings(ZONE, "_acme-challenge.both." + ZONE, "both"))
                .isEqualTo(new Sighting(2, 0, Duration.ZERO));
        AddressRule one =
                new AddressRule(List.of(AddressRange.parse("127.0.0.1/32").orElseThrow()));
        assertThat(servers(one, false).sightings(ZONE, "_acme-challenge.both." + ZONE, "both"))
                .isEqualTo(new Sighting(2, 1, Duration.ofSeconds(120)));
    }

    @Test
    void resolvers_areAskedInsteadWhereNobodyElseMayBe() throws Exception {
        assertThat(servers(new AddressRule(List.of()), true)
                        .sightings(ZONE, "_acme-challenge.first." + ZONE, "first-of-all"))
                .isEqualTo(new Sighting(1, 1, Duration.ofSeconds(90)));
    }

    @Test
    void silence_isTold_andNotTakenForAbsence() {
        NameServers silent = new NameServers(
                new LookupSettings(List.of(new InetSocketAddress("127.0.0.3", first.port())), false),
                LOOPBACK,
                first.port());
        assertThatThrownBy(() -> silent.target("_acme-challenge.www." + ZONE)).isInstanceOf(LookupFailed.class);
    }

    @Test
    void zoneThatTheResolversRefuse_isNotTakenForOneWithoutServers() {
        assertThatThrownBy(() -> servers(LOOPBACK, false).sightings("unknown.test", "x.unknown.test", "x"))
                .isInstanceOf(LookupFailed.class);
    }
}
