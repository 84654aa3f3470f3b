package ai.scailabs.vault.credentials.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What no certificate may be, whoever makes it. */
class SshCertificateTest {
    private static final SubjectKey KEY =
            SubjectKey.parse("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea");

    @Test
    void certificateThatNamesNobody_cannotBeMade() {
        for (SshCertificateType type : SshCertificateType.values()) {
            assertThatThrownBy(() -> certificate(type, 1, "id", List.of(), 0, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a certificate that names nobody is for anybody");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "*", "a,b", "a b", "ro\u200bot", "a\0", "a\n", "web?"})
    void principalThatIsNoName_cannotBeThere(String name) {
        assertThatThrownBy(() -> certificate(SshCertificateType.USER, 1, "id", List.of("ok", name), 0, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> certificate(SshCertificateType.HOST, 1, "id", List.of("ok", name), 0, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void manyPrincipals_numberZero_timesThatAreNone_andKeyIdsThatAreNone_areRefused() {
        List<String> many = IntStream.range(0, 257).mapToObj(i -> "u" + i).toList();
        List<String> one = List.of("deploy");
        assertThat(certificate(SshCertificateType.USER, 1, "id", many.subList(0, 256), 0, 1)
                        .principals())
                .hasSize(256);

        assertRefused(1, "id", many, 0, 1);
        assertRefused(0, "id", one, 0, 1);
        assertRefused(1, "id", one, 5, 5);
        assertRefused(1, "id", one, 5, 4);
        assertRefused(1, "id", one, -1, 4);
        // Without an end: all bits, which is a negative number here.
        assertRefused(1, "id", one, 0, -1);
        assertRefused(1, "", one, 0, 1);
        assertRefused(1, "x".repeat(256), one, 0, 1);
        assertRefused(1, "a\nb", one, 0, 1);
        assertRefused(1, "a\u001b[2J", one, 0, 1);
        assertRefused(1, "a\u202eb", one, 0, 1);
    }

    @Test
    void hostWithOptions_cannotBeMade() {
        assertThatThrownBy(() -> new SshCertificate(
                        SshCertificateType.HOST,
                        KEY,
                        1,
                        "id",
                        List.of("web"),
                        0,
                        1,
                        new TreeMap<>(),
                        new TreeMap<>(Map.of("permit-pty", ""))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void principalsAndOptions_areInOrder_andNobodysToChange() {
        TreeMap<String, String> backwards = new TreeMap<>(Collections.reverseOrder());
        backwards.putAll(Map.of("permit-pty", "", "permit-X11-forwarding", "", "login@github.com", "zoe"));

        SshCertificate certificate = new SshCertificate(
                SshCertificateType.USER, KEY, 1, "id", List.of("b", "a", "b"), 0, 1, new TreeMap<>(), backwards);

        assertThat(certificate.principals()).containsExactly("a", "b");
        assertThat(certificate.extensions().keySet())
                .containsExactly("login@github.com", "permit-X11-forwarding", "permit-pty");
        assertThatThrownBy(() -> certificate.extensions().put("permit-user-rc", ""))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void serial_isWrittenWithoutASign_andNeverZero() {
        assertThat(certificate(SshCertificateType.USER, -1, "id", List.of("a"), 0, 1)
                        .serialText())
                .isEqualTo("18446744073709551615");
        SecureRandom zeroFirst = new SecureRandom() {
            private int asked;

            @Override
            public long nextLong() {
                return asked++;
            }
        };
        assertThat(SshCertificate.randomSerial(zeroFirst)).isEqualTo(1);
    }

    private static void assertRefused(long serial, String keyId, List<String> principals, long after, long before) {
        assertThatThrownBy(() -> certificate(SshCertificateType.USER, serial, keyId, principals, after, before))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static SshCertificate certificate(
            SshCertificateType type, long serial, String keyId, List<String> principals, long after, long before) {
        return new SshCertificate(
                type, KEY, serial, keyId, principals, after, before, new TreeMap<>(), new TreeMap<>());
    }
}
