package ai.scailabs.vault.audit.proof;

import ai.scailabs.vault.audit.log.RecordedEntry;
import ai.scailabs.vault.audit.merkle.TreeHash;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A leaf on the way through a tree.
 *
 * @param hash as the tree has it
 * @param occurredAt of the entry, as the tree has it
 * @param entry as it lies in the log now; absent when it was not asked for, or the log does not hold it
 */
public record WalkedLeaf(
        long index,
        TreeHash hash,
        Instant occurredAt,
        @Nullable RecordedEntry entry) {}
