package ai.scailabs.vault.credentials.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final int CALM = 500;
    private static final int BUSY = 50;
    /** Of twenty turns all but the first are waited for. */
    private static final Duration NINETEEN_BUSY = Duration.ofMillis(19 * 20);

    @Test
    void fewerASecond_whileTheProcessorsAreBusy() {
        assertThat(twenty(0.2)).isBetween(Duration.ofMillis(19 * 2), NINETEEN_BUSY);
        assertThat(twenty(0.9)).isGreaterThanOrEqualTo(NINETEEN_BUSY);
    }

    @Test
    void whatWasSaidLongAgoCountsAsBusy() throws InterruptedException {
        Pace pace = new Pace(CALM, BUSY, () -> 0.2);
        pace.await();
        TimeUnit.MILLISECONDS.sleep(2_050);
        assertThat(twenty(pace)).isGreaterThanOrEqualTo(NINETEEN_BUSY);
    }

    @Test
    void whatNobodyKnowsCountsAsBusy() {
        assertThat(twenty(-1)).isGreaterThanOrEqualTo(NINETEEN_BUSY);
        assertThat(twenty(Double.NaN)).isGreaterThanOrEqualTo(NINETEEN_BUSY);
    }

    @Test
    void theLoadOfThisMachineIsKnown() {
        assertThat(Pace.processors().getAsDouble()).isBetween(0.0, 1.0);
    }

    private static Duration twenty(double load) {
        return twenty(new Pace(CALM, BUSY, () -> load));
    }

    private static Duration twenty(Pace pace) {
        long start = System.nanoTime();
        for (int i = 0; i < 20; i++) {
            pace.await();
        }
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
