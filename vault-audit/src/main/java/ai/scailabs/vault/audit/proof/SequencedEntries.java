package ai.scailabs.vault.audit.proof;

import ai.scailabs.vault.audit.log.RecordedEntry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** Is shown every entry once, in the transaction that appends it to its tree. */
@FunctionalInterface
public interface SequencedEntries {
    /**
     * @param worker the connection of that transaction
     * @param entries of any tenants, up to some thousands
     */
    void add(Connection worker, List<RecordedEntry> entries) throws SQLException;

    /**
     * Is told, in the same transaction and after the last of them, that all were shown that transactions below a number wrote.
     *
     * @param lookedAt from before it was looked which there are
     */
    default void settled(Connection worker, long writtenBelow, Instant lookedAt) throws SQLException {}
}
