package ai.scailabs.vault.server.slow;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/** The real time, as far ahead as a test wants. Thread-safe. */
final class ShiftedClock extends Clock {
    private final Clock real;
    private volatile Duration ahead = Duration.ZERO;

    ShiftedClock(Clock real) {
        this.real = real;
    }

    void advance(Duration duration) {
        ahead = ahead.plus(duration);
    }

    @Override
    public Instant instant() {
        return real.instant().plus(ahead);
    }

    @Override
    public ZoneId getZone() {
        return real.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException();
    }
}
