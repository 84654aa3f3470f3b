package ai.scailabs.vault.audit.export;

import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An export, as it is now.
 *
 * @param partner of the tenant
 * @param createdEntry the entry of the log that tells of it
 * @param estimated how many entries there were about, filters aside
 * @param fileEntries the most that a file of it has
 */
public record Export(
        TenantId tenant,
        PartnerId partner,
        String id,
        ExportOrder order,
        String createdBy,
        Instant createdAt,
        UUID createdEntry,
        long estimated,
        int fileEntries,
        State state) {
    static final String PREFIX = "exp_";

    Export with(State next) {
        return new Export(tenant, partner, id, order, createdBy, createdAt, createdEntry, estimated, fileEntries, next);
    }

    /** Of the objects of the part that is being written, below the prefix of the destination. */
    String folder() {
        return folder(state.part().number());
    }

    /** Of the objects of a part. */
    public String folder(int part) {
        return order.continuous() ? "%s/%06d".formatted(id, part) : id;
    }

    /**
     * @param totals of all parts, the one under way included
     * @param heldUp why it waits to be tried again; null while it does not
     * @param failure why it failed; null unless it did
     */
    public record State(
            ExportStatus status,
            Part part,
            Totals totals,
            long revision,
            int failures,
            @Nullable Instant failingSince,
            @Nullable Instant retryAt,
            @Nullable ExportFailure heldUp,
            @Nullable ExportFailure failure,
            @Nullable Instant startedAt,
            @Nullable Instant finishedAt) {
        State with(Part next) {
            return with(status, next, totals);
        }

        /** It comes on. */
        State with(ExportStatus newStatus, Part next, Totals newTotals) {
            return new State(newStatus, next, newTotals, revision, 0, null, null, null, failure, startedAt, finishedAt);
        }

        State started(Instant at) {
            return new State(
                    ExportStatus.RUNNING,
                    part,
                    totals,
                    revision,
                    failures,
                    failingSince,
                    retryAt,
                    heldUp,
                    failure,
                    startedAt == null ? at : startedAt,
                    finishedAt);
        }

        State ended(ExportStatus how, @Nullable ExportFailure why, Instant at) {
            return new State(how, part, totals, revision, 0, null, null, null, why, startedAt, at);
        }

        State held(int times, @Nullable Instant since, Instant until, @Nullable ExportFailure why) {
            return new State(status, part, totals, revision, times, since, until, why, failure, startedAt, finishedAt);
        }
    }

    /** What is done next with a part. */
    public enum Phase {
        BEGIN,
        ENTRIES,
        PROOF,
        MANIFEST
    }

    /**
     * A whole export, with a proof and a manifest of its own; of a continuous one there is one after the other.
     *
     * @param number from 1
     * @param treeSize of the checkpoint that it is verified by
     * @param checkpoint a signed note
     * @param logKey a line
     * @param first the first index that may hold an entry that is wanted
     * @param end behind the last such
     * @param next the index at which it goes on; of a part that did not begin, that at which it will begin
     * @param missing entries that the tree has, and the log does not hold
     * @param retainUntil how long its objects are held
     */
    public record Part(
            int number,
            Phase phase,
            long treeSize,
            @Nullable String checkpoint,
            @Nullable String logKey,
            long first,
            long end,
            long next,
            int nextFile,
            long entries,
            long missing,
            @Nullable Instant beganAt,
            @Nullable Instant endedAt,
            @Nullable Instant retainUntil) {
        static Part initial() {
            return new Part(1, Phase.BEGIN, 0, null, null, 0, 0, 0, 1, 0, 0, null, null, null);
        }

        /** Behind which the next one begins. */
        Part following() {
            return new Part(number + 1, Phase.BEGIN, 0, null, null, 0, 0, treeSize, 1, 0, 0, beganAt, null, null);
        }

        /** There was nothing to be written yet. */
        Part looked(Instant at) {
            return new Part(
                    number,
                    phase,
                    treeSize,
                    checkpoint,
                    logKey,
                    first,
                    end,
                    next,
                    nextFile,
                    entries,
                    missing,
                    at,
                    endedAt,
                    retainUntil);
        }

        Part begun(long size, String note, String key, long from, long to, Instant at, Instant retained) {
            return new Part(number, Phase.ENTRIES, size, note, key, from, to, from, 1, 0, 0, at, null, retained);
        }

        /** @param written whether there were entries, and so a file */
        Part after(long index, boolean written, long moreEntries, long moreMissing) {
            return new Part(
                    number,
                    index >= end ? Phase.PROOF : Phase.ENTRIES,
                    treeSize,
                    checkpoint,
                    logKey,
                    first,
                    end,
                    index,
                    nextFile + (written ? 1 : 0),
                    entries + moreEntries,
                    missing + moreMissing,
                    beganAt,
                    endedAt,
                    retainUntil);
        }

        /** @param at what the manifest says, also when it is written again */
        Part proven(Instant at) {
            return new Part(
                    number,
                    Phase.MANIFEST,
                    treeSize,
                    checkpoint,
                    logKey,
                    first,
                    end,
                    next,
                    nextFile,
                    entries,
                    missing,
                    beganAt,
                    at,
                    retainUntil);
        }
    }

    /** @param parts that are complete */
    public record Totals(long entries, long missing, long files, long bytes, int parts) {
        static final Totals NONE = new Totals(0, 0, 0, 0, 0);

        Totals and(long moreEntries, long moreMissing, @Nullable ExportedFile file) {
            return new Totals(
                    entries + moreEntries,
                    missing + moreMissing,
                    files + (file == null ? 0 : 1),
                    bytes + (file == null ? 0 : file.bytes()),
                    parts);
        }

        Totals andPart() {
            return new Totals(entries, missing, files, bytes, parts + 1);
        }
    }
}
