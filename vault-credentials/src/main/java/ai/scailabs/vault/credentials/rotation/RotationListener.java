package ai.scailabs.vault.credentials.rotation;

/** Hears of rotations. */
@FunctionalInterface
public interface RotationListener {
    /** @param outcome {@code success}, {@code pending}, or the code of what refused */
    void rotated(Trigger trigger, String outcome);
}
