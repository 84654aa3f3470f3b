package ai.scailabs.vault.credentials.lease;

/** Is told of leases, on the thread that works on them. */
public interface LeaseListener {
    /** @param engine its id @param role its name */
    default void granted(String engine, String role) {}

    /** @param outcome {@code revoked}, {@code expired}, {@code rolled_back}, {@code failed} or {@code stuck} */
    default void ended(String outcome) {}

    /** Something is durable, or is at a target, and what comes next is not. */
    default void reached(LeaseStep step) {}
}
