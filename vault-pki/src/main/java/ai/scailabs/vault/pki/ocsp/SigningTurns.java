package ai.scailabs.vault.pki.ocsp;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Signing is work that strangers ask for: so many sign at once, few wait for a moment, and whoever finds no room comes again. Thread-safe. */
final class SigningTurns {
    private static final int MAX_WAITING = 32;
    private static final Duration PATIENCE = Duration.ofMillis(200);

    private final Semaphore turns;

    /** @param atOnce how much of the machine it may take, in processors */
    SigningTurns(int atOnce) {
        this.turns = new Semaphore(atOnce);
    }

    /** To be followed by {@link #end}, unless it throws {@link OcspFailure#TRY_LATER}. */
    void begin() {
        try {
            if (turns.tryAcquire() || turns.getQueueLength() < MAX_WAITING && waited()) {
                return;
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        throw new UnansweredQuestion(OcspFailure.TRY_LATER);
    }

    private boolean waited() throws InterruptedException {
        return turns.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    void end() {
        turns.release();
    }
}
