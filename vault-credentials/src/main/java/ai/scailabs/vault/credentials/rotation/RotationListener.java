package ai.scailabs.vault.credentials.rotation;

/** Hears of rotations, on the thread that works on them. */
public interface RotationListener {
    /** @param outcome {@code success}, {@code pending}, or the code of what refused */
    default void rotated(Trigger trigger, String outcome) {}

    /** Something is durable, or is at a target, and what comes next is not. */
    default void reached(RotationStep step) {}
}
