package ai.scailabs.vault.audit.trail;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Proof that an entry is in the trail, or will be once {@link #await()} returns. An answer is not given without one. */
public final class AuditReceipt {
    private static final long PATIENCE_SECONDS = 12;
    private static final AuditReceipt COMMITTED = new AuditReceipt(CompletableFuture.completedFuture(null));

    private final CompletableFuture<Void> durable;

    AuditReceipt(CompletableFuture<Void> durable) {
        this.durable = durable;
    }

    /** For an entry that was written in the transaction of the change that it records, which has been committed. */
    public static AuditReceipt ofCommittedChange() {
        return COMMITTED;
    }

    /**
     * Returns when the entry is durable.
     *
     * @throws VaultException {@code service_unavailable} when it is not, or not known to be
     */
    public void await() {
        try {
            durable.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw unavailable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable(e);
        }
    }

    static VaultException unavailable(Throwable cause) {
        return new VaultException(
                ErrorCode.SERVICE_UNAVAILABLE, "The audit log cannot take the entry, so nothing is answered", cause);
    }
}
