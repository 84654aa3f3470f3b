package ai.scailabs.vault.credentials.connector;

/** Opens targets. Thread-safe. */
public interface Targets {
    /**
     * Connects nowhere yet.
     *
     * @param root becomes the target's
     */
    Target open(TargetConfig config, Login root);
}
