package ai.scailabs.vault.audit.verify;

import ai.scailabs.vault.audit.merkle.Frontier;
import ai.scailabs.vault.audit.merkle.TreeHash;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Holds the entries of an export against their leaf hashes, both in one pass and in their order. From the first difference on it looks for each of the two among what is left of the other, and so
 * knows in the end what happened, without having kept anything. From there on it also folds the entries as they are, which tells whether it is them or the hashes that are wrong.
 */
final class Comparison {
    private final EntryFiles entries;
    private final Manifest manifest;
    private final Map<String, Range> ranges = new HashMap<>();
    private @Nullable Frontier actual;
    private @Nullable Difference difference;
    private @Nullable Refuted wrongEntry;
    private @Nullable Long firstIndex;
    private long endIndex;
    private long expected;
    private long leftOut;
    private @Nullable Long leftOutFrom;
    private long leftOutEnd;
    private Place last = Place.NOWHERE;

    Comparison(EntryFiles entries, Manifest manifest) {
        this.entries = entries;
        this.manifest = manifest;
    }

    /**
     * The next leaf that the export holds.
     *
     * @param before it
     */
    void leaf(Frontier before, TreeHash hash) throws IOException {
        long index = before.size();
        firstIndex = firstIndex == null ? (Long) index : firstIndex;
        endIndex = index + 1;
        expected++;
        ExportedEntry entry = entries.next();
        if (difference != null) {
            difference.goOn(index, hash, entry);
        } else if (entry == null || !entry.hash().equals(hash)) {
            difference = new Difference(index, hash, entry, last);
            actual = Frontier.of(index, before.encoded());
        } else {
            lookAt(entry, index);
            last = entry.place();
        }
        if (entry == null) {
            actual = null;
        } else if (actual != null) {
            actual.appendSubtree(0, entry.hash());
        }
    }

    /**
     * The next leaves, which the export does not hold.
     *
     * @param before them
     */
    void leftOut(Frontier before, int height, TreeHash hash) {
        if (firstIndex != null) {
            long index = before.size();
            leftOut += 1L << height;
            leftOutFrom = leftOutFrom == null ? (Long) index : leftOutFrom;
            leftOutEnd = index + (1L << height);
        }
        if (actual != null) {
            actual.appendSubtree(height, hash);
        }
    }

    /** After the last hash: what is left of the entries. */
    void end() throws IOException {
        for (ExportedEntry entry = entries.next(); entry != null; entry = entries.next()) {
            actual = null;
            if (difference == null) {
                difference = new Difference(endIndex, null, entry, last);
            } else {
                difference.goOn(endIndex, null, entry);
            }
        }
    }

    @Nullable
    Long firstIndex() {
        return firstIndex;
    }

    long endIndex() {
        return endIndex;
    }

    /** How many leaves there were that the export should hold. */
    long expected() {
        return expected;
    }

    /** An export of everything leaves out, behind its first entry, what the log did not hold any more and nothing else. */
    void requireWhole() throws Refuted {
        long missing = manifest.missing() == null ? 0 : manifest.missing();
        if (manifest.isWhole() && leftOutFrom != null && leftOut > missing) {
            throw new Refuted(
                    Finding.ENTRY_REMOVED,
                    Place.indexes(leftOutFrom, leftOutEnd),
                    "the export is to hold everything, and leaves out " + leftOut + " entries, of which the log lacked "
                            + missing);
        }
    }

    /** Where the first difference is; only when there is one. */
    Place place() {
        return difference == null ? Place.NOWHERE : difference.place();
    }

    /** Whether the entries as they are, and what is left out, make up the tree of that root. */
    boolean entriesLeadTo(TreeHash root) {
        return actual != null && actual.root().equals(root);
    }

    /** Takes the hashes as right, and tells of the first entry that is not. */
    void requireSame() throws Refuted {
        Refuted damage = entries.damage();
        if (wrongEntry != null) {
            throw wrongEntry;
        }
        if (difference != null) {
            throw difference.explain(damage, manifest.tenantId(), expected, entries.count(), endIndex);
        }
        if (damage != null) {
            throw new Refuted(damage.finding(), damage.place().at(endIndex), damage.message());
        }
    }

    /** Whatever was changed, an entry of another tenant can be named. */
    void requireNobodyElses() throws Refuted {
        if (wrongEntry != null && wrongEntry.finding() == Finding.ENTRY_OF_ANOTHER_TENANT) {
            throw wrongEntry;
        }
    }

    /** Whether each file holds the entries that the manifest says. */
    boolean fitFiles() {
        return manifest.files().stream().allMatch(file -> {
            Range range = ranges.get(file.name());
            return range != null
                    && Objects.equals(file.firstIndex(), range.first())
                    && Objects.equals(file.endIndex(), range.end());
        });
    }

    /** An entry that is in the log. */
    private void lookAt(ExportedEntry entry, long index) {
        ranges.merge(
                String.valueOf(entry.place().file()),
                new Range(index, index + 1),
                (range, one) -> new Range(range.first(), one.end()));
        if (wrongEntry != null) {
            return;
        }
        Place place = entry.place().at(index);
        if (entry.tenantId() != null && !entry.tenantId().equals(manifest.tenantId())) {
            wrongEntry =
                    new Refuted(Finding.ENTRY_OF_ANOTHER_TENANT, place, "an entry of another tenant is in the log");
        } else if (entry.problem() != null) {
            wrongEntry = new Refuted(Finding.ENTRY_UNREADABLE, place, "an entry of the log is " + entry.problem());
        } else if (entry.timestamp() != null && !manifest.spans(entry.timestamp())) {
            wrongEntry = new Refuted(
                    Finding.MANIFEST_REFUSED, place, "an entry lies outside of the times that the manifest names");
        }
    }

    /** Of indexes. @param end exclusive */
    private record Range(long first, long end) {}
}
