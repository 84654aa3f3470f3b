package ai.scailabs.vault.kernel.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationTextTest {
    @ParameterizedTest
    @CsvSource({
        "30, PT30S, 30s",
        "30s, PT30S, 30s",
        "15m, PT15M, 15m",
        "48h, PT48H, 2d",
        "90d, PT2160H, 90d",
        "2w, PT336H, 14d"
    })
    void duration_isReadAndWritten(String text, Duration expected, String written) {
        assertThat(DurationText.parse("ttl", text)).isEqualTo(expected);
        assertThat(DurationText.format(expected)).isEqualTo(written);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "0d", "-1d", "1.5h", "1y", "d", " 1d", "1d ", "99999999999d", "9999999999w", "１d"})
    void malformedZeroOrHuge_isRefused(String text) {
        assertThatThrownBy(() -> DurationText.parse("ttl", text))
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_DURATION));
    }
}
