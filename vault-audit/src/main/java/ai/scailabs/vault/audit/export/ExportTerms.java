package ai.scailabs.vault.audit.export;

import java.time.Duration;

/**
 * What the operator decides about exports.
 *
 * @param fileEntries the most that a file of entries has
 * @param interval after which a continuous export writes what there is
 * @param settling how long entries of a time may be on their way into the tree
 * @param patience for a store that does not answer, before the export fails
 */
public record ExportTerms(int fileEntries, Duration interval, Duration settling, Duration patience) {
    /** Open ones of one tenant. */
    static final int MOST_OPEN = 20;
}
