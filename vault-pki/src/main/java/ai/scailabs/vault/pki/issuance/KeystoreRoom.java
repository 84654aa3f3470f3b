package ai.scailabs.vault.pki.issuance;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.TenantId;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Writing a PKCS #12 file takes a second of a processor, as its password is to be hard to guess. Few are written at once, few wait for that, and of these a tenant has a part only; whoever finds no room is refused
 * before anything is issued. Thread-safe.
 */
public final class KeystoreRoom {
    /** What waits, beside what is being written. */
    static final int MAX_WAITING = 6;

    static final int MAX_OF_A_TENANT = 3;

    private static final long RETRY_AFTER_SECONDS = 2;

    private final int seats;
    private final Semaphore atWork;
    private final Map<TenantId, Integer> inside = new HashMap<>();

    /** @param atOnce files that are written at the same time; at least 1 */
    public KeystoreRoom(int atOnce) {
        this.seats = atOnce + MAX_WAITING;
        this.atWork = new Semaphore(atOnce, true);
    }

    /** @throws VaultException {@code rate_limited} when there is no room */
    public Seat enter(TenantId tenant) {
        synchronized (inside) {
            int all = inside.values().stream().mapToInt(Integer::intValue).sum();
            if (all >= seats || inside.getOrDefault(tenant, 0) >= MAX_OF_A_TENANT) {
                throw new VaultException(
                        ErrorCode.RATE_LIMITED,
                        "Too many keystores are being written; ask for PEM, or try again in " + RETRY_AFTER_SECONDS
                                + " s",
                        Map.of("category", "keystores", "retry_after", RETRY_AFTER_SECONDS));
            }
            inside.merge(tenant, 1, Integer::sum);
        }
        return () -> leave(tenant);
    }

    private void leave(TenantId tenant) {
        synchronized (inside) {
            inside.computeIfPresent(tenant, (key, count) -> count == 1 ? null : count - 1);
        }
    }

    /** By whoever has a seat: as these are few, it waits for seconds at most. */
    public <T> T write(Supplier<T> file) {
        atWork.acquireUninterruptibly();
        try {
            return file.get();
        } finally {
            atWork.release();
        }
    }

    /** A place in the room, until it is closed. */
    @FunctionalInterface
    public interface Seat extends AutoCloseable {
        /** Of whoever needs none. */
        Seat NONE = () -> {};

        @Override
        void close();
    }
}
