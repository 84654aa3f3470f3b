package ai.scailabs.vault.access.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.EnumSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeWindowTest {
    private static boolean contains(String days, int from, int to, String zone, String time) {
        EnumSet<DayOfWeek> set = EnumSet.noneOf(DayOfWeek.class);
        for (String day : days.split("\\+")) {
            set.add(DayOfWeek.valueOf(day));
        }
        Instant at = OffsetDateTime.parse(time).toInstant();
        return new TimeWindow(set, from, to, ZoneId.of(zone)).contains(at);
    }

    /** 2026-05-04 is a Monday; Amsterdam is two hours ahead of UTC. */
    @ParameterizedTest
    @CsvSource({
        "2026-05-04T05:59:59.999Z, false",
        "2026-05-04T06:00:00Z, true",
        "2026-05-04T15:59:59.999Z, true",
        "2026-05-04T16:00:00Z, false",
        "2026-05-05T08:00:00Z, false",
        "2026-05-03T08:00:00Z, false"
    })
    void officeHours_haveABeginningThatIsInsideAndAnEndThatIsNot(String time, boolean inside) {
        assertThat(contains("MONDAY", 8 * 60, 18 * 60, "Europe/Amsterdam", time))
                .isEqualTo(inside);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-05-04T21:59:59Z, false",
        "2026-05-04T22:00:00Z, true",
        "2026-05-04T23:59:59Z, true",
        "2026-05-05T00:00:00Z, true",
        "2026-05-05T05:59:59Z, true",
        "2026-05-05T06:00:00Z, false",
        // Tuesday is not named: its evening is outside, and so was Monday's early morning, which belongs to Sunday.
        "2026-05-05T22:00:00Z, false",
        "2026-05-04T03:00:00Z, false"
    })
    void windowAcrossMidnight_belongsToTheDayOnWhichItStarts(String time, boolean inside) {
        assertThat(contains("MONDAY", 22 * 60, 6 * 60, "UTC", time)).isEqualTo(inside);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-05-03T23:59:59Z, false",
        "2026-05-04T00:00:00Z, true",
        "2026-05-04T23:59:59Z, true",
        "2026-05-05T00:00:00Z, false"
    })
    void wholeDay_endsAtMidnight(String time, boolean inside) {
        assertThat(contains("MONDAY", 0, 24 * 60, "UTC", time)).isEqualTo(inside);
    }

    @ParameterizedTest
    @CsvSource({"2026-05-10T23:30:00Z, true", "2026-05-11T00:30:00Z, true", "2026-05-11T01:00:00Z, false"})
    void sundayNight_reachesIntoMonday(String time, boolean inside) {
        assertThat(contains("SUNDAY", 23 * 60, 60, "UTC", time)).isEqualTo(inside);
    }

    /** On 2026-03-29 in Amsterdam the clock goes from 01:59 to 03:00, at 01:00 UTC. */
    @ParameterizedTest
    @CsvSource({
        "2026-03-29T00:59:59Z, 90, 150, true",
        "2026-03-29T01:00:00Z, 90, 150, false",
        "2026-03-29T01:00:00Z, 150, 210, true",
        "2026-03-29T01:29:59Z, 150, 210, true",
        "2026-03-29T01:30:00Z, 150, 210, false",
        "2026-03-29T00:59:59Z, 120, 180, false",
        "2026-03-29T01:00:00Z, 120, 180, false",
        // Office hours are an hour earlier in UTC from that day on.
        "2026-03-29T05:59:59Z, 480, 1080, false",
        "2026-03-29T06:00:00Z, 480, 1080, true",
        "2026-03-29T16:00:00Z, 480, 1080, false"
    })
    void skippedHour_isInNoWindow(String time, int from, int to, boolean inside) {
        assertThat(contains("SUNDAY", from, to, "Europe/Amsterdam", time)).isEqualTo(inside);
    }

    /** On 2026-10-25 in Amsterdam the clock goes from 02:59 back to 02:00, at 01:00 UTC: from 02:00 to 03:00 comes twice. */
    @ParameterizedTest
    @CsvSource({
        "2026-10-25T00:14:59Z, false",
        "2026-10-25T00:15:00Z, true",
        "2026-10-25T00:44:59Z, true",
        "2026-10-25T00:45:00Z, false",
        "2026-10-25T01:14:59Z, false",
        "2026-10-25T01:15:00Z, true",
        "2026-10-25T01:45:00Z, false"
    })
    void hourThatComesTwice_isInTheWindowTwice(String time, boolean inside) {
        assertThat(contains("SUNDAY", 135, 165, "Europe/Amsterdam", time)).isEqualTo(inside);
    }

    /** Where the clock skips midnight itself: on 2026-09-06 in Santiago from 00:00 to 01:00. */
    @ParameterizedTest
    @CsvSource({
        "2026-09-06T03:59:59Z, true",
        "2026-09-06T04:00:00Z, true",
        "2026-09-06T04:59:59Z, true",
        "2026-09-06T05:00:00Z, false"
    })
    void skippedMidnight_endsNoWindowEarly(String time, boolean inside) {
        assertThat(contains("SATURDAY", 22 * 60, 2 * 60, "America/Santiago", time))
                .isEqualTo(inside);
    }
}
