package ai.scailabs.vault.audit.store;

import java.time.Instant;

/**
 * How long nobody may delete or overwrite an object, or make that time shorter. Stores keep seconds.
 *
 * @param until in the future
 * @param mode for whom there is a way around it
 */
public record Retention(Instant until, Mode mode) {
    public enum Mode {
        /** For nobody, not even the account's owner (S3 {@code COMPLIANCE}, Google {@code Locked}, Azure a locked policy). */
        COMPLIANCE,
        /** For whoever has a right of its own for that (S3 {@code GOVERNANCE}, Google {@code Unlocked}, Azure an unlocked policy). */
        GOVERNANCE
    }
}
