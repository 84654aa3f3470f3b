package ai.scailabs.vault.tenancy.rotation;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a step came to. */
sealed interface StepTaken {
    StepTaken ONWARD = new Onward();
    StepTaken DONE = new Done();

    /** There is another to take. */
    record Onward() implements StepTaken {}

    /** There is another to take, after a while. @param reason absent when it goes without saying */
    record Waits(Duration time, @Nullable String reason) implements StepTaken {}

    /** The job is over. */
    record Done() implements StepTaken {}
}
