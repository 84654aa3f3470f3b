package ai.scailabs.vault.pki.dns.zone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import ai.scailabs.vault.outbound.http.OutboundTls;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.json.JsonMapper;

/** What every provider does, whoever it is. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class ZoneRecordsContract {
    /** Of this machine only, as development has it. */
    protected static final AddressRule LOOPBACK = new AddressRule(AddressRule.LOOPBACK);

    protected static final GuardedTransfers TRANSFERS = new GuardedTransfers(LOOPBACK, OutboundTls.system(), true);
    protected static final String ZONE = "example.test";
    /** As long as the digest of a challenge. */
    private static final String ONE = "gfj9Xq-Rg85nM_AAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    private static final String TWO = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB";
    private static final AtomicInteger NAMES = new AtomicInteger();

    /** A provider that has the zones {@code example.test} and {@code sub.example.test}. */
    protected abstract ZoneRecords open();

    /** The same one, used as somebody it does not know. */
    protected abstract ZoneRecords openAsStranger();

    /** The same kind of provider, at a place where nobody listens. */
    protected abstract ZoneRecords openNowhere();

    /** The values at a name, as the server keeps them; the order does not count. */
    protected abstract List<String> kept(String name);

    /** The time to live at a name. */
    protected abstract int ttl(String name);

    /** What somebody else puts there, in place of what there was, to live for 600 seconds. */
    protected abstract void place(String name, String value);

    protected static Credentials credentials(ProviderType type, Object members) {
        return Credentials.of(type, JsonMapper.shared().writeValueAsBytes(members));
    }

    protected static Credentials credentials(ProviderType type, String json) {
        return Credentials.of(type, json.getBytes(StandardCharsets.UTF_8));
    }

    private static String name() {
        return "_acme-challenge.n" + NAMES.incrementAndGet() + "." + ZONE;
    }

    @Test
    public void valueThatIsAdded_isThere_onceHoweverOftenItIsAdded() throws Exception {
        String name = name();
        try (ZoneRecords zones = open()) {
            zones.add(ZONE, name, ONE);
            zones.add(ZONE, name, ONE);
        }
        assertThat(kept(name)).containsExactly(ONE);
        assertThat(ttl(name)).isEqualTo(ZoneRecords.TTL_SECONDS);
    }

    @Test
    public void valuesOfWildcardAndApex_areThereTogether_andGoOneByOne() throws Exception {
        String name = name();
        try (ZoneRecords zones = open()) {
            zones.add(ZONE, name, ONE);
            zones.add(ZONE, name, TWO);
            assertThat(kept(name)).containsExactlyInAnyOrder(ONE, TWO);
            zones.remove(ZONE, name, ONE);
            assertThat(kept(name)).containsExactly(TWO);
            zones.remove(ZONE, name, TWO);
        }
        assertThat(kept(name)).isEmpty();
    }

    @Test
    public void valueOfSomebodyElse_outlivesAddingAndRemoving_withItsTimeToLive() throws Exception {
        String name = name();
        place(name, "google-site-verification=of somebody \\ \"else\"");
        try (ZoneRecords zones = open()) {
            zones.add(ZONE, name, ONE);
            assertThat(kept(name)).containsExactlyInAnyOrder("google-site-verification=of somebody \\ \"else\"", ONE);
            zones.remove(ZONE, name, ONE);
        }
        assertThat(kept(name)).containsExactly("google-site-verification=of somebody \\ \"else\"");
        assertThat(ttl(name)).isEqualTo(600);
    }

    @Test
    public void valueThatIsNotThere_isRemovedWithoutAComplaint() throws Exception {
        String name = name();
        String other = name();
        place(name, "another");
        try (ZoneRecords zones = open()) {
            zones.remove(ZONE, name, ONE);
            zones.remove(ZONE, other, ONE);
            zones.remove("nobodys.test", "_acme-challenge.nobodys.test", ONE);
        }
        assertThat(kept(name)).containsExactly("another");
        assertThat(kept(other)).isEmpty();
    }

    @Test
    public void valueAtTheZonesOwnName_isAddedAndRemoved() throws Exception {
        try (ZoneRecords zones = open()) {
            zones.add(ZONE, ZONE, ONE);
            assertThat(kept(ZONE)).contains(ONE);
            zones.remove(ZONE, ZONE, ONE);
        }
        assertThat(kept(ZONE)).doesNotContain(ONE);
    }

    @Test
    public void zoneThatTheProviderDoesNotHave_isMissing() {
        try (ZoneRecords zones = open()) {
            assertThatThrownBy(() -> zones.add("nobodys.test", "_acme-challenge.nobodys.test", ONE))
                    .isInstanceOfSatisfying(
                            ZoneException.class,
                            refused -> assertThat(refused.failure()).isEqualTo(ZoneFailure.ZONE_MISSING));
        }
    }

    @Test
    public void zones_areThoseThatThereAre() throws Exception {
        try (ZoneRecords zones = open()) {
            assertThat(zones.zones(List.of(ZONE, "sub." + ZONE, "nobodys.test")))
                    .contains(ZONE, "sub." + ZONE)
                    .doesNotContain("nobodys.test");
        }
    }

    @Test
    public void wrongCredentials_areRefused_andNotRepeated() {
        try (ZoneRecords zones = openAsStranger()) {
            assertThatThrownBy(() -> zones.zones(List.of(ZONE)))
                    .isInstanceOfSatisfying(ZoneException.class, refused -> {
                        assertThat(refused.failure()).isIn(ZoneFailure.CREDENTIALS_REFUSED, ZoneFailure.DENIED);
                        assertThat(refused.toString()).doesNotContain("stranger");
                    });
        }
    }

    @Test
    public void providerThatIsAway_isUnavailable() {
        try (ZoneRecords zones = openNowhere()) {
            assertThatThrownBy(() -> zones.zones(List.of(ZONE)))
                    .isInstanceOfSatisfying(
                            ZoneException.class,
                            refused -> assertThat(refused.failure()).isEqualTo(ZoneFailure.UNAVAILABLE));
        }
    }
}
