package ai.scailabs.vault.audit.proof;

import ai.scailabs.vault.audit.log.RecordedEntry;
import ai.scailabs.vault.audit.merkle.TreeHash;
import org.jspecify.annotations.Nullable;

/**
 * The leaf at an index of a tree.
 *
 * @param hash as the tree has it
 * @param entry as it lies in the log now; absent when the log does not hold it, or no longer
 */
public record IndexedLeaf(
        long index, TreeHash hash, @Nullable RecordedEntry entry) {}
