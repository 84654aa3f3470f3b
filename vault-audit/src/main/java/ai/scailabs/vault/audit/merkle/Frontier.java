package ai.scailabs.vault.audit.merkle;

import java.util.ArrayList;
import java.util.List;

/**
 * What it takes of a tree to append to it and to know its root: the largest complete subtrees that it consists of, from left to right, one for each bit of its size. Not thread-safe.
 */
public final class Frontier {
    private final List<TreeHash> hashes = new ArrayList<>();
    private long size;

    /** Of an empty tree. */
    public Frontier() {}

    /**
     * @param encoded what {@link #encoded()} gave at that size
     * @throws IllegalArgumentException when it is not of that size
     */
    public static Frontier of(long size, byte[] encoded) {
        if (size < 0 || encoded.length != Long.bitCount(size) * TreeHash.LENGTH) {
            throw new IllegalArgumentException("no frontier of a tree of " + size + " leaves");
        }
        Frontier frontier = new Frontier();
        frontier.size = size;
        for (int i = 0; i < Long.bitCount(size); i++) {
            frontier.hashes.add(TreeHash.at(encoded, i));
        }
        return frontier;
    }

    public long size() {
        return size;
    }

    /** Appends a leaf, and tells of every subtree that it completes, the lowest first, the leaf itself included. */
    public void append(TreeHash leaf, Completed completed) {
        appendSubtree(0, leaf, completed);
    }

    /**
     * Appends as many leaves as lie under a complete subtree, of which nothing else is known.
     *
     * @throws IllegalArgumentException when no subtree of that height can begin here
     */
    public void appendSubtree(int height, TreeHash hash) {
        appendSubtree(height, hash, (subtreeHeight, index, subtree) -> {});
    }

    private void appendSubtree(int height, TreeHash hash, Completed completed) {
        if (height < 0 || height > 62 || Long.numberOfTrailingZeros(size) < height || size + (1L << height) < 0) {
            throw new IllegalArgumentException("no subtree of the height " + height + " begins at " + size);
        }
        TreeHash merged = hash;
        int mergedHeight = height;
        long index = size >>> height;
        completed.subtree(mergedHeight, index, merged);
        while ((index & 1) == 1) {
            merged = TreeHash.ofChildren(hashes.removeLast(), merged);
            mergedHeight++;
            index >>>= 1;
            completed.subtree(mergedHeight, index, merged);
        }
        hashes.add(merged);
        size += 1L << height;
    }

    /** Of the whole tree; {@link TreeHash#EMPTY} when it has no leaves. */
    public TreeHash root() {
        if (hashes.isEmpty()) {
            return TreeHash.EMPTY;
        }
        TreeHash root = hashes.getLast();
        for (int i = hashes.size() - 2; i >= 0; i--) {
            root = TreeHash.ofChildren(hashes.get(i), root);
        }
        return root;
    }

    /** The hashes, one behind the other. */
    public byte[] encoded() {
        byte[] encoded = new byte[hashes.size() * TreeHash.LENGTH];
        for (int i = 0; i < hashes.size(); i++) {
            hashes.get(i).copyTo(encoded, i);
        }
        return encoded;
    }

    /** Is told of subtrees when their last leaf was appended. */
    @FunctionalInterface
    public interface Completed {
        void subtree(int height, long index, TreeHash hash);
    }
}
