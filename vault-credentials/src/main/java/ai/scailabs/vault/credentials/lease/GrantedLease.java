package ai.scailabs.vault.credentials.lease;

import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;

/**
 * A lease with its credential, which is shown once. To be closed.
 *
 * @param data a JSON object
 */
public record GrantedLease(Lease lease, SensitiveBytes data) implements AutoCloseable {
    @Override
    public void close() {
        data.close();
    }

    @Override
    public String toString() {
        return lease.toString();
    }
}
