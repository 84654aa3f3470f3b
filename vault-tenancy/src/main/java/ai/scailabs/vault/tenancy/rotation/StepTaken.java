package ai.scailabs.vault.tenancy.rotation;

import java.time.Duration;

/** What a step came to. */
sealed interface StepTaken {
    StepTaken ONWARD = new Onward();
    StepTaken DONE = new Done();

    /** There is another to take. */
    record Onward() implements StepTaken {}

    /** There is another to take, after a while. */
    record Waits(Duration time) implements StepTaken {}

    /** The job is over. */
    record Done() implements StepTaken {}
}
