package ai.scailabs.vault.api.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyHeaderTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            for=192.0.2.60                                       | 192.0.2.60
            For="192.0.2.60:4711"                                | 192.0.2.60
            for="[2001:db8:cafe::17]:4711"                       | 2001:db8:cafe::17
            for="[2001:db8:cafe::17]"                            | 2001:db8:cafe::17
            for=192.0.2.60;proto=https;by=203.0.113.43           | 192.0.2.60
            proto=https ; for=192.0.2.60 ; host=vault.example    | 192.0.2.60
            for=192.0.2.43, for=198.51.100.17                    | 192.0.2.43 198.51.100.17
            for=192.0.2.43,for="[::1]";proto=http , for=10.0.0.1 | 192.0.2.43 ::1 10.0.0.1
            for="_gazonk", for=unknown, for=10.0.0.1             | - - 10.0.0.1
            proto=https, for=10.0.0.1                            | - 10.0.0.1
            host="a, for=6.6.6.6", for=10.0.0.1                  | - 10.0.0.1
            """)
    void forwarded_isReadHopByHop(String value, String hops) {
        assertThat(ProxyHeader.FORWARDED.hops(value))
                .containsExactlyElementsOf(List.of(hops.replace("-", "").split(" ", -1)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ",",
                ";",
                "for",
                "for=",
                "for=10.0.0.1,",
                "for=10.0.0.1;",
                "for=10.0.0.1 for=10.0.0.2",
                "for=\"10.0.0.1",
                "for=\"10.0.0.\\1\"",
                "10.0.0.1",
                "for=10.0.0.1, 6.6.6.6",
                "for = 10.0.0.1"
            })
    void forwardedThatCannotBeRead_namesNobody(String value) {
        assertThat(ProxyHeader.FORWARDED.hops(value)).containsExactly("");
    }

    @Test
    void list_isReadAsItIs() {
        assertThat(ProxyHeader.X_FORWARDED_FOR.hops("a, b,,c")).containsExactly("a", " b", "", "c");
        assertThat(ProxyHeader.X_FORWARDED_FOR.hops("")).containsExactly("");
    }
}
