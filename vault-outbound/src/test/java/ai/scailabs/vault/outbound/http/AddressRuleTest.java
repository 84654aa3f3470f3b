package ai.scailabs.vault.outbound.http;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.kernel.net.AddressRange;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** To where a name that a tenant chose may lead. */
class AddressRuleTest {
    private final AddressRule rule = new AddressRule(List.of());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.8.8.8",
                "0.0.0.0",
                "10.1.2.3",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "168.63.129.16",
                "169.254.169.254",
                "100.64.0.1",
                "100.100.100.200",
                "192.0.0.192",
                "198.18.0.1",
                "203.0.113.7",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "fe80::1",
                "fc00::1",
                "fd00:ec2::254",
                "fec0::1",
                "ff02::1",
                "::ffff:10.0.0.1",
                "::ffff:169.254.169.254",
                "64:ff9b::a9fe:a9fe",
                "2002:a9fe:a9fe::1",
                "2001:db8::1",
                "2001:0:a9fe:a9fe::1",
                "::10.0.0.1",
                "100::1"
            })
    void addressThatIsOursOrNobodys_isRefused(String address) {
        assertThat(rule.permits(InetAddress.ofLiteral(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "8.8.8.8",
                "172.15.255.255",
                "172.32.0.1",
                "100.128.0.1",
                "2606:4700::1111",
                "2a00:1450::1",
                "2001:4860::8888"
            })
    void addressOfTheInternet_isPermitted(String address) {
        assertThat(rule.permits(InetAddress.ofLiteral(address))).isTrue();
    }

    /** What others would read as an address, and we as a name, is looked up as one when it is connected to. */
    @Test
    void hostThatIsAnAddressInside_isRefusedBeforeItIsConnectedTo_andANameIsNot() {
        for (String host : List.of("10.0.0.1", "169.254.169.254", "[::1]", "[fe80::1]", "[::ffff:10.0.0.1]", "::1")) {
            assertThat(rule.refuses(host)).as(host).isTrue();
        }
        for (String host : List.of("localhost", "hooks.example.test", "1.1.1.1", "[2606:4700::1111]", "10.1")) {
            assertThat(rule.refuses(host)).as(host).isFalse();
        }
    }

    @Test
    void rangeOfTheOperator_isPermitted_andNothingBesideIt() {
        AddressRule wider =
                new AddressRule(List.of(AddressRange.parse("10.20.0.0/16").orElseThrow()));
        assertThat(wider.permits(InetAddress.ofLiteral("10.20.1.1"))).isTrue();
        assertThat(wider.permits(InetAddress.ofLiteral("10.21.1.1"))).isFalse();
        assertThat(wider.permits(InetAddress.ofLiteral("127.0.0.1"))).isFalse();
        assertThat(new AddressRule(AddressRule.LOOPBACK).permits(InetAddress.ofLiteral("127.0.0.1")))
                .isTrue();
    }
}
