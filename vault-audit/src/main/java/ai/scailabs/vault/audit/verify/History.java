package ai.scailabs.vault.audit.verify;

import ai.scailabs.vault.audit.merkle.TreeHash;
import ai.scailabs.vault.audit.note.WitnessKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Holds checkpoints against each other, against proofs of consistency, and against the roots that an export leads to: one log can have them all, or it cannot. */
final class History {
    private final List<KnownCheckpoint> given;
    private final List<ConsistencyProof> proofs;
    private final Map<Long, KnownCheckpoint> bySize = new TreeMap<>();
    private final TreeSet<Long> proven = new TreeSet<>();

    /** @param given in the order in which they were signed */
    History(List<KnownCheckpoint> given, List<ConsistencyProof> proofs) throws Refuted {
        this.given = given;
        this.proofs = proofs;
        long last = 0;
        for (KnownCheckpoint each : given) {
            add(each);
            if (each.size() < last) {
                throw new Refuted(
                        Finding.ROLLBACK,
                        new Place(each.source(), null, each.size(), last, null),
                        "the checkpoint ends before one that is given before it");
            }
            last = each.size();
        }
    }

    void add(KnownCheckpoint checkpoint) throws Refuted {
        KnownCheckpoint same = bySize.putIfAbsent(checkpoint.size(), checkpoint);
        if (same != null && !same.root().equals(checkpoint.root())) {
            throw new Refuted(
                    Finding.FORK,
                    new Place(checkpoint.source(), null, okBelow(checkpoint.size()), checkpoint.size(), null),
                    "two checkpoints of one size have different roots: this one and that of " + same.source());
        }
    }

    /** Sizes of which a root is wanted. */
    TreeSet<Long> sizes() {
        return new TreeSet<>(bySize.keySet());
    }

    /** Takes the checkpoint as the one that others have to fit. */
    void start(KnownCheckpoint from) {
        proven.add(from.size());
    }

    /** @param roots that an export leads to, by sizes; that of the checkpoint to start from is right */
    void compare(Map<Long, TreeHash> roots) throws Refuted {
        for (KnownCheckpoint each : bySize.values()) {
            TreeHash root = roots.get(each.size());
            if (root != null && !root.equals(each.root())) {
                throw new Refuted(
                        Finding.FORK,
                        new Place(each.source(), null, okBelow(each.size()), each.size(), null),
                        "the export is not what this checkpoint had signed");
            }
            if (root != null) {
                proven.add(each.size());
            }
        }
    }

    /** The part of the log in which it left what was signed: from the last root that fits to the first that does not. */
    Place rewritten(Map<Long, TreeHash> roots, long end) {
        long from = 0;
        for (KnownCheckpoint each : bySize.values()) {
            TreeHash root = roots.get(each.size());
            if (root != null && !root.equals(each.root())) {
                return Place.indexes(from, each.size());
            }
            from = root == null ? from : each.size();
        }
        return Place.indexes(from, end);
    }

    private long okBelow(long size) {
        return Optional.ofNullable(proven.lower(size)).orElse(0L);
    }

    /** @param end of the export, null when there is none */
    void requireOneLog(@Nullable Long end) throws Refuted {
        List<ConsistencyProof> checked = new ArrayList<>();
        for (ConsistencyProof proof : proofs) {
            KnownCheckpoint older = bySize.get(proof.first());
            KnownCheckpoint newer = bySize.get(proof.second());
            if (older == null || newer == null) {
                throw new Refuted(
                        Finding.UNDECIDED,
                        Place.file(proof.source()),
                        "the proof is about a checkpoint that is not given");
            }
            if (!proof.holds(older, newer)) {
                throw new Refuted(
                        Finding.FORK,
                        Place.file(proof.source()),
                        "the proof does not show that one checkpoint continues the other");
            }
            checked.add(proof);
        }
        proven.addAll(bySize.containsKey(0L) ? List.of(0L) : List.of());
        for (boolean grown = true; grown; ) {
            grown = false;
            for (ConsistencyProof proof : checked) {
                // An empty log is the beginning of every other, which says nothing of that.
                if (proof.first() > 0 && (proven.contains(proof.first()) || proven.contains(proof.second()))) {
                    grown |= proven.add(proof.first());
                    grown |= proven.add(proof.second());
                }
            }
        }
        for (KnownCheckpoint each : bySize.values()) {
            if (!proven.contains(each.size())) {
                throw unproven(each, end);
            }
        }
    }

    private static Refuted unproven(KnownCheckpoint checkpoint, @Nullable Long end) {
        if (end != null && checkpoint.size() > end) {
            return new Refuted(
                    Finding.ROLLBACK,
                    new Place(checkpoint.source(), null, end, checkpoint.size(), null),
                    "the export ends before this checkpoint; if that is as it should be, give the proof of consistency between the two");
        }
        return new Refuted(
                Finding.UNDECIDED,
                new Place(checkpoint.source(), null, null, checkpoint.size(), null),
                "it takes a proof of consistency to say whether this checkpoint belongs to the same log");
    }

    /** The size up to which all these witnesses have cosigned; null when there are none. */
    @Nullable
    Long requireWitnessed(List<WitnessKey> witnesses) throws Refuted {
        Long all = null;
        for (WitnessKey witness : witnesses) {
            long most = -1;
            for (KnownCheckpoint each : bySize.values()) {
                most = each.isCosignedBy(witness) ? Math.max(most, each.size()) : most;
            }
            for (KnownCheckpoint each : given) {
                most = each.isCosignedBy(witness) ? Math.max(most, each.size()) : most;
            }
            if (most < 0) {
                throw new Refuted(
                        Finding.WITNESS_MISSING, Place.NOWHERE, "no checkpoint is cosigned by " + witness.name());
            }
            all = all == null ? (Long) most : (Long) Math.min(all, most);
        }
        return all;
    }
}
