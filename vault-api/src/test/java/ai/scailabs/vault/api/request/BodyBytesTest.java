package ai.scailabs.vault.api.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyBytesTest {
    private static final int AT_MOST = 100_000;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8191, 8192, 8193, 16384, AT_MOST - 1, AT_MOST, AT_MOST + 1})
    void body_isReadWhole_andNoMoreThanWanted(int length) throws IOException {
        byte[] sent = new byte[length];
        for (int i = 0; i < length; i++) {
            sent[i] = (byte) i;
        }
        assertThat(BodyBytes.read(new ByteArrayInputStream(sent), AT_MOST, () -> 0))
                .isEqualTo(Arrays.copyOf(sent, Math.min(length, AT_MOST)));
    }

    /** Each byte comes in time, and the body does not. */
    @ParameterizedTest
    @ValueSource(ints = {0, 20_000})
    void bodyThatTrickles_isRefused(int atOnce) {
        AtomicLong nanos = new AtomicLong();
        InputStream trickle = new InputStream() {
            private int before = atOnce;

            @Override
            public int read() {
                throw new AssertionError("byte by byte");
            }

            @Override
            public int read(byte[] into, int from, int most) {
                int read = Math.min(most, Math.max(1, before));
                before -= read;
                nanos.addAndGet(Duration.ofSeconds(19).toNanos());
                return read;
            }
        };
        assertThatThrownBy(() -> BodyBytes.read(trickle, AT_MOST, nanos::get))
                .isInstanceOfSatisfying(
                        VaultException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
        assertThat(nanos.get())
                .isLessThanOrEqualTo(BodyBytes.PATIENCE.plusSeconds(19).toNanos());
    }
}
