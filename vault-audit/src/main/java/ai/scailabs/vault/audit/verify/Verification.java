package ai.scailabs.vault.audit.verify;

import ai.scailabs.vault.audit.merkle.Frontier;
import ai.scailabs.vault.audit.merkle.TreeHash;
import ai.scailabs.vault.audit.note.LogKey;
import ai.scailabs.vault.audit.note.WitnessKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One run: what can be known from these checkpoints, proofs and, where there is one, this export. */
final class Verification {
    private final LogKey key;
    private final List<WitnessKey> witnesses;
    private final History history;
    private final Map<Long, TreeHash> roots = new HashMap<>();

    /** @param given in the order in which they were signed */
    Verification(
            LogKey key, List<WitnessKey> witnesses, List<KnownCheckpoint> given, List<ConsistencyProof> consistency)
            throws Refuted {
        this.key = key;
        this.witnesses = witnesses;
        this.history = new History(given, consistency);
    }

    /** Checkpoints alone. Returns what was shown, by the names of the report. */
    Map<String, Object> checkpoints(KnownCheckpoint newest) throws Refuted {
        history.start(newest);
        history.requireOneLog(null);
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("origin", key.name());
        shown.put("tree_size", newest.size());
        return shown(shown);
    }

    /**
     * @param manifestSha256 as somebody wrote it down who is trusted; null when nobody did
     * @param missing how many entries the log may have let go
     */
    Map<String, Object> export(ExportFolder folder, @Nullable String manifestSha256, long missing)
            throws Refuted, IOException {
        Manifest manifest = folder.manifest();
        if (!manifest.key().equals(key.line()) || !key.name().endsWith('/' + manifest.tenantId())) {
            throw new Refuted(
                    Finding.CHECKPOINT_OF_ANOTHER_LOG,
                    Place.file(Manifest.NAME),
                    "the export is of another log than the key");
        }
        KnownCheckpoint own =
                KnownCheckpoint.open(Manifest.NAME, manifest.checkpoint().getBytes(StandardCharsets.UTF_8), key);
        FileCheck files = new FileCheck();
        Frontier frontier = new Frontier();
        history.add(own);
        history.start(own);
        try (EntryFiles entries = new EntryFiles(folder, files)) {
            Comparison comparison = new Comparison(entries, manifest);
            fold(folder, frontier, comparison, files);
            comparison.end();
            requireSize(frontier.size(), own, hashesAlone(comparison, entries, manifest, files));
            requireRoot(own, comparison, files);
            comparison.requireSame();
            history.compare(roots);
            requireCounts(manifest, comparison);
            comparison.requireWhole();
        }
        files.requireNone();
        folder.requireNoMoreFiles();
        if (manifestSha256 != null && !manifestSha256.equals(folder.manifestSha256())) {
            throw Manifest.refused("is not the one whose SHA-256 was given");
        }
        history.requireOneLog(own.size());
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("origin", key.name());
        shown.put("tenant_id", manifest.tenantId());
        shown.put("export_id", manifest.exportId());
        shown.put("manifest_sha256", folder.manifestSha256());
        shown.put("tree_size", own.size());
        shown.put("entries", manifest.entries());
        shown.put("left_out", own.size() - manifest.entries());
        shown.put("filters", manifest.filters());
        if (manifest.from() != null) {
            shown.put("from", manifest.from());
        }
        if (manifest.to() != null) {
            shown.put("to", manifest.to());
        }
        if (manifest.missing() != null) {
            shown.put("missing", manifest.missing());
        }
        shown(shown);
        requireNoneMissing(manifest, missing);
        return shown;
    }

    private Map<String, Object> shown(Map<String, Object> shown) throws Refuted {
        Long witnessed = history.requireWitnessed(witnesses);
        shown.put("checkpoints", List.copyOf(history.sizes()));
        if (witnessed != null) {
            shown.put("witnessed_size", witnessed);
        }
        return shown;
    }

    /** Reads the proof once, and the entries beside it. */
    private void fold(ExportFolder folder, Frontier frontier, Comparison comparison, FileCheck files)
            throws Refuted, IOException {
        Manifest.Listed listed = folder.manifest().proof();
        TreeSet<Long> wanted = history.sizes();
        long number = 1;
        try (MeasuredFile file = proofFile(folder, listed)) {
            try {
                BoundedLines lines = file.lines(ProofStep.MAX_LINE);
                keepRoot(frontier, wanted);
                for (byte[] line = lines.next(); line != null; line = lines.next()) {
                    number = lines.count();
                    switch (ProofStep.parse(new String(line, StandardCharsets.UTF_8))) {
                        case ProofStep.Leaves leaves -> {
                            for (TreeHash hash : leaves.hashes()) {
                                comparison.leaf(frontier, hash);
                                frontier.appendSubtree(0, hash);
                                keepRoot(frontier, wanted);
                            }
                        }
                        case ProofStep.LeftOut leftOut -> {
                            comparison.leftOut(frontier, leftOut.height(), leftOut.hash());
                            frontier.appendSubtree(leftOut.height(), leftOut.hash());
                            keepRoot(frontier, wanted);
                        }
                    }
                    number = lines.count() + 1;
                }
            } catch (IOException | IllegalArgumentException e) {
                throw new Refuted(
                        Finding.PROOF_ALTERED,
                        Place.line(listed.name(), number).at(frontier.size()),
                        "from here the file of hashes cannot be read");
            }
            files.measured(file, listed);
        }
    }

    private static MeasuredFile proofFile(ExportFolder folder, Manifest.Listed listed) throws Refuted {
        try {
            return folder.file(listed.name());
        } catch (IOException e) {
            throw new Refuted(Finding.FILE_MISSING, Place.file(listed.name()), "the file of hashes is not there");
        }
    }

    private void keepRoot(Frontier frontier, TreeSet<Long> wanted) {
        if (wanted.contains(frontier.size())) {
            roots.put(frontier.size(), frontier.root());
        }
    }

    /** Whether it is the file of hashes that was changed, and the entries are as many as there should be. */
    private static boolean hashesAlone(Comparison comparison, EntryFiles entries, Manifest manifest, FileCheck files) {
        return entries.count() > comparison.expected()
                || (files.isAltered(Manifest.PROOF_NAME) && entries.count() == manifest.entries());
    }

    private static void requireSize(long size, KnownCheckpoint own, boolean isHashesAlone) throws Refuted {
        if (size != own.size() && isHashesAlone) {
            throw new Refuted(
                    Finding.PROOF_ALTERED,
                    Place.file(Manifest.PROOF_NAME).at(Math.min(size, own.size())),
                    "the hashes are not as many as the checkpoint signs");
        }
        if (size < own.size()) {
            throw new Refuted(
                    Finding.ENTRY_REMOVED,
                    Place.indexes(size, own.size()),
                    "the export ends before the log that its checkpoint signs");
        }
        if (size > own.size()) {
            throw new Refuted(
                    Finding.ROLLBACK, Place.indexes(own.size(), size), "the export goes beyond its checkpoint");
        }
    }

    private void requireRoot(KnownCheckpoint own, Comparison comparison, FileCheck files) throws Refuted {
        if (Objects.equals(own.root(), roots.get(own.size()))) {
            return;
        }
        if (comparison.entriesLeadTo(own.root())) {
            throw new Refuted(
                    Finding.PROOF_ALTERED, comparison.place(), "the hash of this entry was changed, and not the entry");
        }
        comparison.requireNobodyElses();
        if (files.isAltered(Manifest.PROOF_NAME)) {
            throw new Refuted(
                    Finding.PROOF_ALTERED,
                    Place.file(Manifest.PROOF_NAME),
                    "the file of hashes is not the one that the manifest lists, and does not lead to what was signed");
        }
        throw new Refuted(
                Finding.HISTORY_REWRITTEN,
                history.rewritten(roots, own.size()),
                "entries and hashes were changed together: they do not lead to what was signed");
    }

    /** What is gone from the log with its hash left out cannot be named, and may have been removed. */
    private static void requireNoneMissing(Manifest manifest, long known) throws Refuted {
        if (manifest.missing() != null && manifest.missing() > known) {
            throw new Refuted(
                    Finding.UNDECIDED,
                    Place.file(Manifest.NAME),
                    "what is there is as it was signed, and entries of that time are gone from the log, more than a year old: "
                            + manifest.missing()
                            + ". If audit_retire tells in the log that their time was over, say so by --missing "
                            + manifest.missing());
        }
    }

    private static void requireCounts(Manifest manifest, Comparison comparison) throws Refuted {
        boolean isEmpty = comparison.expected() == 0;
        Long end = isEmpty ? null : (Long) comparison.endIndex();
        if (manifest.entries() != comparison.expected()
                || !Objects.equals(manifest.firstIndex(), comparison.firstIndex())
                || !Objects.equals(manifest.endIndex(), end)
                || !comparison.fitFiles()) {
            throw Manifest.refused("does not say which entries there are");
        }
    }
}
