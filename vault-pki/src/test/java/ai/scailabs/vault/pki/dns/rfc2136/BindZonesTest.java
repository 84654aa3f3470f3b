package ai.scailabs.vault.pki.dns.rfc2136;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.pki.dns.zone.Credentials;
import ai.scailabs.vault.pki.dns.zone.ProviderType;
import ai.scailabs.vault.pki.dns.zone.ZoneException;
import ai.scailabs.vault.pki.dns.zone.ZoneFailure;
import ai.scailabs.vault.pki.dns.zone.ZoneRecords;
import ai.scailabs.vault.pki.dns.zone.ZoneRecordsContract;
import ai.scailabs.vault.testkit.TestBind;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;
import org.xbill.DNS.Update;

/** A real BIND 9. */
public class BindZonesTest extends ZoneRecordsContract {
    private TestBind bind;

    @BeforeAll
    void start() {
        bind = TestBind.start(Map.of(ZONE, "", "sub." + ZONE, ""));
    }

    @AfterAll
    void stop() {
        bind.close();
    }

    private static Credentials credentials(int port, String secret, Object... more) {
        Map<String, Object> members = new HashMap<>(
                Map.of("server", "127.0.0.1", "port", port, "tsig_key_name", TestBind.KEY_NAME, "tsig_secret", secret));
        for (int i = 0; i < more.length; i += 2) {
            members.put((String) more[i], more[i + 1]);
        }
        return credentials(ProviderType.RFC2136, members);
    }

    @Override
    protected ZoneRecords open() {
        return new UpdateZones(LOOPBACK, credentials(bind.port(), TestBind.KEY_SECRET));
    }

    @Override
    protected ZoneRecords openAsStranger() {
        return new UpdateZones(LOOPBACK, credentials(bind.port(), "c3RyYW5nZXItc3RyYW5nZXItc3RyYW5nZXI="));
    }

    @Override
    protected ZoneRecords openNowhere() {
        try (ServerSocket taken = new ServerSocket(0)) {
            return new UpdateZones(LOOPBACK, credentials(taken.getLocalPort(), TestBind.KEY_SECRET));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Message asked(Message question) {
        try {
            SimpleResolver resolver = new SimpleResolver(bind.address());
            resolver.setTCP(true);
            resolver.setTSIGKey(new TSIG(TSIG.HMAC_SHA256, TestBind.KEY_NAME + ".", TestBind.KEY_SECRET));
            return resolver.send(question);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<TXTRecord> records(String name) {
        List<TXTRecord> records = new ArrayList<>();
        for (Record record : asked(Message.newQuery(Record.newRecord(name(name), Type.TXT, DClass.IN)))
                .getSection(Section.ANSWER)) {
            records.add((TXTRecord) record);
        }
        return records;
    }

    private static Name name(String text) {
        return Name.fromConstantString(text + ".");
    }

    @Override
    protected List<String> kept(String name) {
        return records(name).stream()
                .map(record -> String.join("", record.getStrings(false)).replace("\\\\", "\\"))
                .toList();
    }

    @Override
    protected int ttl(String name) {
        return (int) records(name).getFirst().getTTL();
    }

    @Override
    protected void place(String name, String value) {
        Update update = new Update(name(ZONE));
        update.replace(new TXTRecord(name(name), DClass.IN, 600, value.replace("\\", "\\\\")));
        assertThat(asked(update).getRcode()).isZero();
    }

    @Test
    void keyOfAnotherAlgorithm_isRefused() {
        try (ZoneRecords zones = new UpdateZones(
                LOOPBACK, credentials(bind.port(), TestBind.KEY_SECRET, "tsig_algorithm", "hmac-sha512"))) {
            assertThatThrownBy(() -> zones.zones(List.of(ZONE)))
                    .isInstanceOfSatisfying(
                            ZoneException.class,
                            refused -> assertThat(refused.failure()).isEqualTo(ZoneFailure.CREDENTIALS_REFUSED));
        }
    }

    /** The address of the test is inside, and is not asked where it is not allowed. */
    @Test
    void serverInside_isNotConnectedTo() {
        for (String server :
                List.of("127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1")) {
            Credentials credentials = credentials(bind.port(), TestBind.KEY_SECRET, "server", server);
            try (ZoneRecords zones = new UpdateZones(new AddressRule(List.of()), credentials)) {
                assertThatThrownBy(() -> zones.zones(List.of(ZONE)))
                        .as(server)
                        .isInstanceOfSatisfying(
                                ZoneException.class,
                                refused -> assertThat(refused.failure()).isEqualTo(ZoneFailure.ENDPOINT_REFUSED));
            }
        }
    }

    @Test
    void nameThatIsNotBelowTheZone_isNotPlacedThere() {
        try (ZoneRecords zones = open()) {
            assertThatThrownBy(() -> zones.add(ZONE, "_acme-challenge.elsewhere.test", "x"))
                    .isInstanceOfSatisfying(
                            ZoneException.class,
                            refused -> assertThat(refused.failure()).isEqualTo(ZoneFailure.ZONE_MISSING));
        }
    }

    @Test
    void portBeyondAllPorts_isRefused() {
        assertThatThrownBy(() -> new UpdateZones(LOOPBACK, credentials(65_536, TestBind.KEY_SECRET)))
                .isInstanceOf(VaultException.class)
                .hasMessageContaining("credentials.port");
    }
}
