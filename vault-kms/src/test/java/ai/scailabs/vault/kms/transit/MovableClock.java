package ai.scailabs.vault.kms.transit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Stands still until it is moved. The adapter's alone: {@link StrictTransit} has its own. */
final class MovableClock extends Clock {
    private final Instant begin = Instant.now();
    private volatile Duration moved = Duration.ZERO;

    synchronized void forward(Duration by) {
        moved = moved.plus(by);
    }

    @Override
    public Instant instant() {
        return begin.plus(moved);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
