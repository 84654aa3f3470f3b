package ai.scailabs.vault.access.policy;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * Hours of some days, by the clock on the wall of one place. A window that ends before it starts goes on past midnight, and belongs to the day on which it
 * starts. When the clocks are changed, the clock still decides: an hour that is skipped is in no window, one that comes twice is in a window both times.
 *
 * @param startMinute of the day, from 0; the first that is inside
 * @param endMinute of the day, to 1440; the first that is outside
 */
public record TimeWindow(Set<DayOfWeek> days, int startMinute, int endMinute, ZoneId zone) {
    static final int MINUTES_OF_A_DAY = 24 * 60;

    public TimeWindow {
        if (days.isEmpty()
                || startMinute < 0
                || startMinute >= MINUTES_OF_A_DAY
                || endMinute < 0
                || endMinute > MINUTES_OF_A_DAY
                || startMinute == endMinute) {
            throw new IllegalArgumentException("not a window");
        }
        days = Collections.unmodifiableSet(EnumSet.copyOf(days));
    }

    public boolean contains(Instant time) {
        LocalDateTime clock = LocalDateTime.ofInstant(time, zone);
        DayOfWeek today = clock.getDayOfWeek();
        int minute = clock.getHour() * 60 + clock.getMinute();
        if (startMinute < endMinute) {
            return days.contains(today) && minute >= startMinute && minute < endMinute;
        }
        return minute >= startMinute && days.contains(today) || minute < endMinute && days.contains(today.minus(1));
    }
}
