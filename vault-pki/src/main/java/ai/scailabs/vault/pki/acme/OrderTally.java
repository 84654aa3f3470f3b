package ai.scailabs.vault.pki.acme;

/** Counts what becomes of orders. */
@FunctionalInterface
public interface OrderTally {
    /** @param provider as callers name it */
    void reached(String provider, OrderStatus status);
}
