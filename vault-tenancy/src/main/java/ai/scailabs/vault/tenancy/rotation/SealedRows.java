package ai.scailabs.vault.tenancy.rotation;

import ai.scailabs.vault.crypto.envelope.KeyChain;
import ai.scailabs.vault.crypto.envelope.Rewrapping;
import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Rows of one kind that hold keys, each wrapped by a generation of its tenant's key. Whoever keeps such rows implements it, and sees to it that none is written under a
 * generation that the writer could have known to be retired. Thread-safe.
 */
public interface SealedRows {
    /** What the rows are called in jobs and counts: {@code secret_versions}. Lower case letters and underscores. */
    String kind();

    /**
     * The next rows behind a position, in the order of positions, whatever wraps them; those that hold no key are left out.
     *
     * @param after empty to begin
     */
    Page page(TenantId tenant, String after, int limit);

    /**
     * What the row is to hold in the place of {@link Row#sealed()}. Outside of any transaction, as it may ask the root key.
     *
     * @throws ai.scailabs.vault.kernel.error.VaultException {@code integrity_failure} when the row's key does not open
     */
    byte[] rewrapped(Rewrapping keys, KeyChain from, Row row);

    /**
     * Stores what rows that are still as they were are to hold. Waits for nobody: a row that somebody else is changing stays as it is.
     *
     * @return the positions of those that were stored
     */
    Set<String> store(TenantTransaction tx, KeyId to, List<Rewrapped> rows);

    /** How many keys each generation wraps. */
    Map<KeyId, Long> counts(TenantId tenant);

    /**
     * @param rows some of those that were looked at
     * @param reached the position of the last that was looked at; empty when there is nothing behind it
     */
    record Page(List<Row> rows, String reached) {}

    /**
     * @param position which row; a name that may be told to people
     * @param key the generation that wraps it
     * @param sealed what holds the key
     * @param head what else it takes to know the key; empty where nothing does
     */
    record Row(String position, KeyId key, byte[] sealed, byte[] head) {
        @Override
        public String toString() {
            return position;
        }
    }

    record Rewrapped(Row row, byte[] sealed) {
        @Override
        public String toString() {
            return row.toString();
        }
    }
}
