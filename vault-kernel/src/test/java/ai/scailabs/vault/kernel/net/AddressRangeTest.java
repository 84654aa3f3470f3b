package ai.scailabs.vault.kernel.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "10.0.0",
                "10",
                "010.0.0.1",
                "10.0.0.256",
                "10.0.0.1:80",
                "[::1]",
                "::1%lo",
                "fe80::1%eth0",
                "::g",
                "1::2::3",
                " 10.0.0.1",
                "10.0.0.1\n",
                "unknown",
                "_hidden"
            })
    void whatIsNoAddress_isNone(String text) {
        assertThat(IpAddress.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "10.0.0.0/8, ::ffff:10.1.2.3, true",
        "10.0.0.0/8, ::FFFF:a01:203, true",
        "10.0.0.0/8, 0:0:0:0:0:ffff:10.1.2.3, true",
        "10.0.0.0/8, ::10.1.2.3, false",
        "::ffff:10.0.0.0/104, 10.1.2.3, true",
        "::ffff:10.0.0.0/104, 11.1.2.3, false",
        "::ffff:0.0.0.0/96, 203.0.113.9, true",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "::/0, 2001:db8::1, true",
        "::/0, 10.0.0.1, false",
        "::/0, ::ffff:10.0.0.1, false",
        "10.0.0.128/25, 10.0.0.128, true",
        "10.0.0.128/25, 10.0.0.127, false",
        "192.0.2.7, 192.0.2.7, true",
        "192.0.2.7, 192.0.2.6, false",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false"
    })
    void range_holdsItsAddressesInEverySpelling(String range, String address, boolean holds) {
        assertThat(AddressRange.parse(range)
                        .orElseThrow()
                        .contains(IpAddress.parse(address).orElseThrow()))
                .isEqualTo(holds);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, false",
        "10.0.0.1/8, true",
        "10.128.0.0/8, true",
        "10.128.0.0/9, false",
        "10.0.0.1, false",
        "0.0.0.0/0, false",
        "0.0.0.1/0, true",
        "2001:db8::/32, false",
        "2001:db8:0:1::/32, true",
        "::ffff:10.0.0.1/104, true"
    })
    void addressInsideItsRange_isSeen(String range, boolean hostBits) {
        assertThat(AddressRange.parse(range).orElseThrow().hasHostBits()).isEqualTo(hostBits);
    }
}
