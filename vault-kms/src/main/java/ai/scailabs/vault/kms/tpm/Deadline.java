package ai.scailabs.vault.kms.tpm;

import java.time.Duration;

/** Until when somebody waits. */
record Deadline(long atNanos) {
    static Deadline in(Duration patience) {
        return new Deadline(System.nanoTime() + patience.toNanos());
    }

    boolean isOver() {
        return left().isNegative();
    }

    Duration left() {
        return Duration.ofNanos(atNanos - System.nanoTime());
    }
}
