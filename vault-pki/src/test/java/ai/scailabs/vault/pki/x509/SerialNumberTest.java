package ai.scailabs.vault.pki.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SerialNumberTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "00:00",
                "-1",
                "xyz",
                "1:",
                ":1",
                "1::2",
                "0x",
                "1.2",
                "١",
                "FF:FF:FF:FF:FF:FF:FF:FF:FF:FF:FF:FF:FF:FF:FF:FF:FF:FF:FF:FF",
                "01:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00"
            })
    void whatNoCertificateHas_isNotRead(String text) {
        assertThat(SerialNumber.parse(text)).isEmpty();
    }

    @Test
    void longText_isNotRead() {
        assertThat(SerialNumber.parse("1".repeat(1_000_000))).isEmpty();
        assertThat(SerialNumber.parse("1:".repeat(500_000))).isEmpty();
    }

    @Test
    void notPositiveOrTooLong_isRefused() {
        assertThatThrownBy(() -> new SerialNumber(BigInteger.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SerialNumber(BigInteger.TWO.negate()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SerialNumber(BigInteger.ONE.shiftLeft(159)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0A:2B:FF",
                "a2bff",
                "0x0A2BFF",
                "0X0a2bff",
                "0a-2b-ff",
                "A:2B:ff",
                "0a 2b ff",
                " 0A2BFF\n",
                "0:0A:2B:FF"
            })
    void everySpelling_isTheSameNumber(String text) {
        assertThat(SerialNumber.parse(text)).hasValueSatisfying(serial -> {
            assertThat(serial.value()).isEqualTo(0x0a2bff);
            assertThat(serial).hasToString("0A:2B:FF");
        });
    }

    @Test
    void highBit_isWrittenWithoutTheOctetOfTheSign() {
        SerialNumber serial = new SerialNumber(BigInteger.valueOf(0xff00));
        assertThat(serial).hasToString("FF:00");
        assertThat(serial.contentOctets()).containsExactly(0, 0xff, 0);
    }

    /** Twenty thousand numbers of all lengths, from a seed: whatever is written is read back, however it is spelled. */
    @Test
    void whateverIsWritten_isReadBack() {
        Random seeded = new Random(42);
        for (int i = 0; i < 20_000; i++) {
            BigInteger value = new BigInteger(1 + seeded.nextInt(159), seeded).max(BigInteger.ONE);
            SerialNumber serial = new SerialNumber(value);
            String written = serial.toString();
            assertThat(SerialNumber.parse(written)).contains(serial);
            assertThat(SerialNumber.parse(written.toLowerCase(Locale.ROOT).replace(':', '-')))
                    .contains(serial);
            assertThat(SerialNumber.parse(value.toString(16))).contains(serial);
            assertThat(SerialNumber.parse("0x" + value.toString(16))).contains(serial);
            assertThat(serial.contentOctets().length).isLessThanOrEqualTo(SerialNumber.MAX_OCTETS);
            assertThat(written).matches("[0-9A-F]{2}(:[0-9A-F]{2})*");
        }
    }

    @Test
    void randomOnes_useAllBitsAndDoNotRepeat() {
        Set<SerialNumber> seen = new HashSet<>();
        BigInteger ones = BigInteger.ZERO;
        BigInteger zeros = BigInteger.ZERO;
        for (int i = 0; i < 2_000; i++) {
            SerialNumber serial = SerialNumber.random(RANDOM);
            assertThat(seen.add(serial)).isTrue();
            ones = ones.or(serial.value());
            zeros = zeros.or(serial.value().not());
        }
        assertThat(ones.bitCount()).isEqualTo(159);
        assertThat(zeros.and(BigInteger.ONE.shiftLeft(159).subtract(BigInteger.ONE))
                        .bitCount())
                .isEqualTo(159);
    }
}
