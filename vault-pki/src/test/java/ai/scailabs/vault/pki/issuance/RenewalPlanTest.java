package ai.scailabs.vault.pki.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.pki.timing.RenewalTimes;
import ai.scailabs.vault.pki.x509.Validity;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RenewalPlanTest {
    private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");

    private final RenewalTimes times = new RenewalTimes(new SecureRandom());

    private static RenewalPlan plan(boolean wanted, Duration timeToLive) {
        return new RenewalPlan(wanted, timeToLive, null);
    }

    @Test
    void notWanted_orWithoutAnEnd_isNeverDue() {
        Duration day = Duration.ofDays(1);
        assertThat(plan(false, day).dueAt(times, Validity.from(NOW, Duration.ZERO, day), NOW))
                .isNull();
        assertThat(plan(true, day).dueAt(times, new Validity(NOW, Validity.NO_EXPIRY), NOW))
                .isNull();
    }

    /** A certificate of a day that began two days ago, for clocks that are late, is not due when it is made. */
    @Test
    void timeForLateClocks_doesNotCount() {
        Duration day = Duration.ofDays(1);
        for (int i = 0; i < 100; i++) {
            assertThat(plan(true, day).dueAt(times, Validity.from(NOW, Duration.ofHours(48), day), NOW))
                    .isBetween(NOW.plus(Duration.ofMinutes(15 * 60 + 12)), NOW.plus(Duration.ofHours(16)));
        }
    }

    @Test
    void lifeOfASecond_keepsNobodyBusy() {
        Duration second = Duration.ofSeconds(1);
        assertThat(plan(true, second).dueAt(times, Validity.from(NOW, Duration.ZERO, second), NOW))
                .isEqualTo(NOW.plusSeconds(5));
    }
}
