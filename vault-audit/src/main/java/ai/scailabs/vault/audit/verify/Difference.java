package ai.scailabs.vault.audit.verify;

import ai.scailabs.vault.audit.merkle.TreeHash;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The first place where entries and hashes part, and what came of either in the rest of the other. */
final class Difference {
    private final long index;
    private final @Nullable TreeHash hash;
    private final @Nullable ExportedEntry entry;
    private final Place before;
    private @Nullable Long entryBelongsTo;
    private boolean isFurtherDown;
    private long linesUntilThere = 1;

    /**
     * @param hash of the entry that belongs there; null when the log has no more
     * @param entry that stands there; null when the export has no more
     * @param before where the entry before it stands
     */
    Difference(long index, @Nullable TreeHash hash, @Nullable ExportedEntry entry, Place before) {
        this.index = index;
        this.hash = hash;
        this.entry = entry;
        this.before = before;
    }

    void goOn(long nextIndex, @Nullable TreeHash nextHash, @Nullable ExportedEntry nextEntry) {
        if (entry != null && entryBelongsTo == null && Objects.equals(entry.hash(), nextHash)) {
            entryBelongsTo = nextIndex;
        }
        if (nextEntry != null && !isFurtherDown) {
            isFurtherDown = Objects.equals(nextEntry.hash(), hash);
            linesUntilThere += isFurtherDown ? 0 : 1;
        }
    }

    Place place() {
        return (entry == null ? before : entry.place()).at(index);
    }

    Refuted explain(@Nullable Refuted damage, String tenantId, long hashes, long entries, long endIndex) {
        if (entry == null) {
            if (damage != null) {
                return new Refuted(damage.finding(), damage.place().at(index), damage.message());
            }
            return removed(endIndex, "the export lacks the last entries that it should hold: " + (hashes - entries));
        }
        if (entry.tenantId() != null && !entry.tenantId().equals(tenantId)) {
            return found(Finding.ENTRY_OF_ANOTHER_TENANT, "an entry of another tenant stands here");
        }
        boolean isOneMore = isFurtherDown && (entryBelongsTo == null || entries > hashes);
        if (hash == null || isOneMore) {
            return found(Finding.ENTRY_INSERTED, "entries that are not in the log stand here: " + linesUntilThere);
        }
        if (isFurtherDown && entries == hashes) {
            return found(Finding.ENTRY_REORDERED, "the entry that belongs here stands further down");
        }
        if (entryBelongsTo != null) {
            return removed(entryBelongsTo, "entries of the log are missing before this line");
        }
        return found(Finding.ENTRY_EDITED, "the entry is not the one that is in the log");
    }

    private Refuted found(Finding finding, String message) {
        return new Refuted(finding, place(), message);
    }

    /** Of what is gone, only the index is known. */
    private Refuted removed(long endIndex, String message) {
        return new Refuted(Finding.ENTRY_REMOVED, place().until(endIndex), message);
    }
}
