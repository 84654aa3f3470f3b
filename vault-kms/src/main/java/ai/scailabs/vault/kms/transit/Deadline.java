package ai.scailabs.vault.kms.transit;

import java.time.Duration;

/** The moment at which somebody gives up waiting. */
record Deadline(long nanoTime) {
    static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    /** Zero or negative when it is over. */
    long leftNanos() {
        return nanoTime - System.nanoTime();
    }

    /** The earlier of this and that. */
    Deadline orIn(Duration time) {
        Deadline other = in(time);
        return nanoTime - other.nanoTime < 0 ? this : other;
    }
}
