package ai.scailabs.vault.identity.sync;

/** A comparison that trying again does not help; the message is for people and says nothing of what ScaiKey answered. */
final class HopelessSync extends Exception {
    private static final long serialVersionUID = 1L;

    HopelessSync(String message) {
        super(message);
    }
}
